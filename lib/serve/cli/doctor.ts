import { EXIT } from "./command/cli.ts";
import { defineCommand } from "./command/define_command.ts";
import { flag } from "./command/options.ts";
import { oneLine } from "./terminal/terminal_text.ts";
import { paintFor, print, printJson } from "./terminal/terminal.ts";

/** `doctor`: whether all that the server needs is there. */
export const DOCTOR = defineCommand({
  name: "doctor",
  description: "Check this machine and the home; each finding says how to fix it",
  options: {
    json: flag("as JSON: {ok, findings: [{check, level, message, fix}]}"),
    offline: flag("skip what needs the network"),
  },
  about: "The exit code is 1 on any error.",
  examples: ["$0 doctor"],
  async handle({ json, offline }, cli) {
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
  },
});
