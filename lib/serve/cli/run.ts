import { type Command, InvalidArgumentError } from "commander";
import { basename } from "node:path";
import type { Cli } from "./cli.ts";
import { parseAmount } from "./serve.ts";

export interface RunOptions {
  saved?: boolean;
  dir?: string;
  python?: string;
  with?: string[];
  uv: boolean;
  install: boolean;
  env?: Record<string, string>;
  envFile?: string;
  label?: string;
  timeoutSeconds?: number;
  stdin?: boolean;
  detach?: boolean;
  json?: boolean;
}

/** `run`: a script as a job, as the tools run it. */
export function addRun(program: Command, cli: Cli): void {
  program.command("run")
    .description("Run a script as a job and show its output; what follows the script is its own")
    .argument("<script>", "path of the script; - reads it from standard input")
    .argument("[args...]", "the script's arguments")
    .passThroughOptions()
    .option("--saved", "<script> names a saved script; see `scripts`")
    .option("-C, --dir <folder>", "working directory of the script (default: this one)")
    .option("-p, --python <version>", "version of Python, e.g. 3.12 or >=3.11")
    .option("-w, --with <requirement>", "package to install; may be repeated", collect)
    .option("--no-uv", "run on the installed Python and install nothing")
    .option("--no-install", "do not install what the imports need")
    .option("-e, --env <NAME=VALUE>", "variable for the script; may be repeated", collectEnv)
    .option("--env-file <path>", "file with variables for the script")
    .option("-l, --label <text>", "how lists show the job (default: the script's name)")
    .option(
      "-t, --timeout-seconds <seconds>",
      "stop the script after this time; 0 = never",
      parseAmount,
    )
    .option("--stdin", "pass standard input on to the script, once it has been read to its end")
    .option("-d, --detach", "print the job's id and do not wait")
    .option("--json", "print the ended job as JSON instead of its output")
    .addHelpText(
      "after",
      `
Ctrl-C leaves the job running and says how to follow it; a second one cancels it.
The exit code is the script's.

Examples:
  $ ${program.name()} run train.py -- --epochs 3
  $ ${program.name()} run --with "pandas>=2" --python 3.12 report.py data.csv
  $ ${program.name()} run --detach long.py`,
    )
    .action(async (script: string, args: string[], options: RunOptions) => {
      const { runScript } = await import("./run_script.ts");
      const ownArgs = args[0] === "--" ? args.slice(1) : args;
      const label = options.label ?? (script === "-" ? "standard input" : basename(script));
      await runScript(cli, script, ownArgs, { ...options, label });
    });
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function collectEnv(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has the form NAME=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
