import type { Command } from "commander";
import { type Cli, EXIT } from "./cli.ts";
import { oneLine } from "./table.ts";
import { paintFor, print, printJson } from "./terminal.ts";

/** `doctor`: whether all that the server needs is there. */
export function addDoctor(program: Command, cli: Cli): void {
  program.command("doctor")
    .description("Check this machine and the home; each finding says how to mend it")
    .option("--json", "as JSON: {ok, findings: [{check, level, message, fix}]}")
    .option("--offline", "leave out what needs the network")
    .addHelpText(
      "after",
      `\nThe exit code is 1 on any error.\n\nExample:\n  $ ${program.name()} doctor`,
    )
    .action(async ({ json, offline = false }: { json?: boolean; offline?: boolean }) => {
      const { examine } = await import("../doctor/doctor.ts");
      const findings = await examine(cli.app.settings, { offline });
      const ok = findings.every(({ level }) => level !== "error");
      if (!ok) cli.exitCode = EXIT.failed;
      if (json) return printJson({ ok, findings });
      const paint = paintFor(Deno.stdout);
      const marks = {
        ok: paint.green("ok     "),
        warning: paint.yellow("warning"),
        error: paint.red("error  "),
      };
      for (const { check, level, message, fix } of findings) {
        print(`${marks[level]}  ${paint.bold(check.padEnd(12))} ${oneLine(message)}\n`);
        if (fix !== undefined) print(`${" ".repeat(22)} → ${fix}\n`);
      }
    });
}
