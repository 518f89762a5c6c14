import type { Command } from "commander";
import { dirname, resolve } from "node:path";
import { readIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { detectImports } from "../../python/detect_imports.ts";
import { readScriptMetadata } from "../../python/script_metadata.ts";
import { type Cli, EXIT } from "./cli.ts";
import { print, printJson, say } from "./terminal.ts";

interface Dependencies {
  source: "header" | "imports";
  dependencies: string[];
  requires_python: string | null;
  /** Imported modules that no known distribution provides. */
  unknown: string[];
}

/** `deps`: what a script would get installed. */
export function addDeps(program: Command, cli: Cli): void {
  program.command("deps")
    .description("Show what a script needs: by its PEP 723 header, else by its imports")
    .argument("<file>", "the script; - reads standard input")
    .option("-p, --python <version>", "the Python that is to run it, e.g. 3.12")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
The exit code is 1 when an import is of no known package.

Examples:
  $ ${program.name()} deps report.py
  $ ${program.name()} deps report.py --json | jq -r '.dependencies[]'`,
    )
    .action(async (file: string, { python, json }: { python?: string; json?: boolean }) => {
      const found = await dependenciesOf(file, python);
      if (json) printJson(found);
      else print(found.dependencies.map((one) => `${one}\n`).join(""));
      if (found.unknown.length > 0) {
        say(`No known package provides: ${found.unknown.join(", ")}\n`);
        cli.exitCode = EXIT.failed;
      } else if (!json && found.dependencies.length === 0) {
        say("The script needs no packages.\n");
      }
    });
}

async function dependenciesOf(file: string, python: string | undefined): Promise<Dependencies> {
  const path = resolve(file);
  const source = file === "-" ? await new Response(Deno.stdin.readable).text() : readIfThere(path);
  if (source === undefined) throw new UserError(`Cannot read ${path}: there is no such file.`);
  const header = await readScriptMetadata(source);
  if (header) {
    return {
      source: "header",
      dependencies: header.dependencies,
      requires_python: header.requiresPython ?? null,
      unknown: [],
    };
  }
  const directory = file === "-" ? Deno.cwd() : dirname(path);
  const { dependencies, unknown } = await detectImports(source, {
    pythonVersion: python,
    directory,
  });
  return { source: "imports", dependencies, requires_python: null, unknown };
}
