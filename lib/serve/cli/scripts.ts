import type { Command } from "commander";
import { listSavedScripts } from "../../runs/scripts/saved_scripts.ts";
import type { Cli } from "./cli.ts";
import { renderTable } from "./table.ts";
import { columnsOf, paintFor, print, printJson, say } from "./terminal.ts";

/** `scripts`: what py_save_script has kept. */
export function addScripts(program: Command, cli: Cli): void {
  program.command("scripts")
    .description("List the saved scripts; `run --saved NAME` runs one")
    .option("--json", "as JSON, as py_list_scripts has it")
    .addHelpText("after", `\nExample:\n  $ ${program.name()} scripts --json`)
    .action(async ({ json }: { json?: boolean }) => {
      const scripts = await listSavedScripts(cli.app);
      if (json) return printJson({ scripts });
      if (scripts.length === 0) return say("No script is saved yet; py_save_script saves one.\n");
      print(renderTable(
        [
          { title: "NAME", paint: paintFor(Deno.stdout).bold },
          { title: "DEPENDENCIES" },
          { title: "DESCRIPTION", shrinks: true },
        ],
        scripts.map(({ name, dependencies, description }) => [
          name,
          dependencies.join(", "),
          description,
        ]),
        columnsOf(Deno.stdout),
      ));
    });
}
