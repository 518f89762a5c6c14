import { listSavedScripts } from "../../runs/scripts/saved_scripts.ts";
import { defineCommand } from "./command/define_command.ts";
import { flag } from "./command/options.ts";
import { renderTable } from "./terminal/table.ts";
import { columnsOf, paintFor, print, printJson, say } from "./terminal/terminal.ts";

/** `scripts`: what py_save_script has kept. */
export const SCRIPTS = defineCommand({
  name: "scripts",
  description: "List the saved scripts; `run --saved NAME` runs one",
  options: { json: flag("as JSON, like py_list_scripts") },
  examples: ["$0 scripts --json"],
  async handle({ json }, { app }) {
    const scripts = await listSavedScripts(app);
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
  },
});
