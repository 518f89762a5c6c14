import { EXIT } from "./command/cli.ts";
import { defineCommand } from "./command/define_command.ts";
import { flag, required, text } from "./command/options.ts";
import { print, printJson, say } from "./terminal/terminal.ts";

/** `deps`: what a script would get installed. */
export const DEPS = defineCommand({
  name: "deps",
  description: "Show which packages a script needs, and what asks for them",
  arguments: { file: required("the script") },
  options: {
    python: text("the Python that is to run it, e.g. 3.12", {
      short: "p",
      placeholder: "<version>",
    }),
    json: flag("as JSON: {source, imports, dependencies, unknown, requires_python}"),
  },
  about:
    "The exit code is 1 when nothing but its imports says what the script needs, and one of them is of\n" +
    "no known package.",
  examples: ["$0 deps report.py", "$0 deps report.py --json | jq -r '.dependencies[]'"],
  async handle({ file, python, json }, cli) {
    const { resolveDependencies } = await import(
      "../../python/requirements/resolve_dependencies.ts"
    );
    const found = await resolveDependencies(file, { python });
    if (json) printJson(found);
    else print(found.dependencies.map((one) => `${one}\n`).join(""));
    if (found.source === "imports" && found.unknown.length > 0) {
      say(`No known package provides: ${found.unknown.join(", ")}\n`);
      cli.exitCode = EXIT.failed;
    } else if (!json && found.dependencies.length === 0) {
      say("The script needs no packages.\n");
    }
  },
});
