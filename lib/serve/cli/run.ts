import { defineCommand } from "./command/define_command.ts";
import {
  anyNumber,
  choice,
  flag,
  parsed,
  required,
  text,
  texts,
  turnOff,
} from "./command/options.ts";
import { parseAmount, parseResource, parseSandbox, parseVariable } from "./command/parse_values.ts";
import { RERUN_OPTIONS } from "./jobs/rerun_options.ts";

/** `run`: a script as a job, as the tools run it. */
export const RUN = defineCommand({
  name: "run",
  description: "Run a script as a job and show its output",
  arguments: {
    script: required(
      "path of the script, or of a folder or zip with __main__.py; - reads it from standard input",
    ),
    args: anyNumber("the script's arguments: all that follows it, options included"),
  },
  passesOptionsOn: true,
  options: {
    saved: flag("<script> names a saved script; see `scripts`"),
    module: flag("<script> names a module, as with python -m", "m"),
    dir: text("working directory of the script (default: this one)", {
      short: "C",
      placeholder: "<folder>",
    }),
    python: text("version of Python, e.g. 3.12 or >=3.11, or its path", {
      short: "p",
      placeholder: "<version>",
    }),
    with: texts("package to install; may be repeated", {
      short: "w",
      placeholder: "<requirement>",
    }),
    uv: turnOff("run on the installed Python and install nothing"),
    install: turnOff("do not install what the imports need"),
    label: text("how lists show the job (default: the script's name)", {
      short: "l",
      placeholder: "<text>",
    }),
    timeoutSeconds: parsed("stop the script after this time; 0 = never", {
      short: "t",
      placeholder: "<seconds>",
      read: parseAmount,
    }),
    memoryMb: parsed("stop the script when it has more memory, with all that it starts", {
      placeholder: "<MB>",
      read: parseAmount,
    }),
    runOn: choice("where it runs; ray = on the cluster of PYTHON_MCP_RAY_ADDRESS", {
      choices: ["local", "ray"] as const,
      placeholder: "<where>",
    }),
    cpus: parsed("with --run-on ray: what its node must have free", {
      placeholder: "<number>",
      read: parseAmount,
    }),
    gpus: parsed("the same for GPUs", { placeholder: "<number>", read: parseAmount }),
    custom: parsed("the same for a resource that the cluster has named; may be repeated", {
      placeholder: "<NAME=AMOUNT>",
      read: parseResource,
    }),
    nodeLabel: parsed("a label that its node must have; may be repeated", {
      placeholder: "<NAME=CONDITION>",
      read: parseVariable,
    }),
    include: texts("with --run-on ray: files of the folder to send; may be repeated", {
      placeholder: "<pattern>",
    }),
    sharedDirectory: text("with --run-on ray: the folder as the cluster sees it; none is sent", {
      placeholder: "<path>",
    }),
    sandbox: parsed("a stricter sandbox than PYTHON_MCP_SANDBOX: workspace, hosts, isolated", {
      placeholder: "<level>",
      read: parseSandbox,
    }),
    ...RERUN_OPTIONS,
  },
  about: "Ctrl-C leaves the job running and says how to follow it; a second one cancels it.\n" +
    "The exit code is the script's.",
  examples: [
    "$0 run train.py -- --epochs 3",
    '$0 run --with "pandas>=2" --python 3.12 report.py data.csv',
    "$0 run --detach long.py",
  ],
  async handle(input, cli) {
    const { runScript } = await import("./run_script.ts");
    const { args } = input;
    await runScript(cli, { ...input, args: args[0] === "--" ? args.slice(1) : args });
  },
});
