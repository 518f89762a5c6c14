import type { Command } from "commander";
import { type Cli, EXIT } from "./cli.ts";
import { print, printJson, say } from "./terminal.ts";

/** `deps`: what a script would get installed. */
export function addDeps(program: Command, cli: Cli): void {
  program.command("deps")
    .description("Show what a script needs: by its header, its project or its imports")
    .argument("<file>", "the script")
    .option("-p, --python <version>", "the Python that is to run it, e.g. 3.12")
    .option("--json", "as JSON: {source, imports, dependencies, unknown, requires_python}")
    .addHelpText(
      "after",
      `
The exit code is 1 when nothing but its imports says what the script needs, and one of them is of
no known package.

Examples:
  $ ${program.name()} deps report.py
  $ ${program.name()} deps report.py --json | jq -r '.dependencies[]'`,
    )
    .action(async (file: string, { python, json }: { python?: string; json?: boolean }) => {
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
    });
}
