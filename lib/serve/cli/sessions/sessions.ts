import { SessionFiles } from "../../../jobs/files/session_files.ts";
import type { Cli } from "../command/cli.ts";
import { defineCommand } from "../command/define_command.ts";
import { flag, parsed, required, text, texts, turnOff } from "../command/options.ts";
import { parseAmount, parseVariable } from "../command/parse_values.ts";

/** The names of all sessions that there have been. */
function complete({ app }: Cli): string[] {
  return SessionFiles.names(app.jobs.home);
}

const session = required("name of the session", { complete });
const json = (tool: string) => flag(`as JSON, like ${tool}`);

/** What only counts where a command starts the session. */
const START_OPTIONS = {
  dir: text("working directory of a session that starts (default: this one)", {
    short: "C",
    placeholder: "<folder>",
  }),
  python: text("its Python, e.g. 3.12 or >=3.11, or a path", {
    short: "p",
    placeholder: "<version>",
  }),
  uv: turnOff("start it on the installed Python and install nothing"),
  env: parsed("variable for it; may be repeated", {
    short: "e",
    placeholder: "<NAME=VALUE>",
    read: parseVariable,
  }),
  envFile: text("file with variables for it", { placeholder: "<path>" }),
  memoryMb: parsed("end it when it uses more memory", { placeholder: "<MB>", read: parseAmount }),
  with: texts("package to install, also into a living session; may be repeated", {
    short: "w",
    placeholder: "<requirement>",
  }),
  install: turnOff("do not install what the code imports"),
};

const SHOW = defineCommand({
  name: "show",
  description: "Show a session with its variables",
  arguments: { session },
  options: { json: json("py_sessions") },
  examples: ["$0 sessions show default"],
  async handle(input, cli) {
    await (await import("./show_session.ts")).showSession(cli, input);
  },
});

const RUN = defineCommand({
  name: "run",
  description: "Run code in a session, which is started if there is none of that name",
  arguments: { session, code: required("Python code; - reads it from standard input") },
  options: {
    ...START_OPTIONS,
    timeoutSeconds: parsed("interrupt the cell after this time; 0 = never", {
      short: "t",
      placeholder: "<seconds>",
      read: parseAmount,
    }),
    label: text("how lists of jobs show the cell", { short: "l", placeholder: "<text>" }),
    detach: flag("print the job's id and do not wait", "d"),
    json: flag("print the ended job as JSON instead of its output"),
  },
  about: "Ctrl-C leaves the cell running and says how to follow it; a second one interrupts it.",
  examples: [
    "$0 sessions run work 'import csv; rows = list(csv.DictReader(open(\"data.csv\")))'",
    "$0 sessions run work 'len(rows)'",
    "$0 sessions run work - < cell.py",
  ],
  async handle(input, cli) {
    await (await import("./run_in_session.ts")).runInSession(cli, input);
  },
});

const ATTACH = defineCommand({
  name: "attach",
  description: "Work in a session from this terminal, alongside its other clients",
  arguments: { session },
  options: START_OPTIONS,
  about:
    "Ctrl-C interrupts a cell and keeps the variables. Ctrl-D leaves; the session, and a cell that\n" +
    "runs, go on. A blank line ends a block; Ctrl-C clears what is typed.",
  examples: ["$0 sessions attach work"],
  async handle(input, cli) {
    await (await import("./attach.ts")).attach(cli, input);
  },
});

const END = defineCommand({
  name: "end",
  description: "End a session and everything it started, interrupt its cell, or restart it",
  arguments: { session },
  options: {
    interrupt: flag("interrupt the running cell; the variables stay"),
    restart: flag("start again, without variables"),
    replay: flag("with --restart: run the cells that succeeded again"),
    json: json("py_session_end"),
  },
  examples: ["$0 sessions end work", "$0 sessions end work --restart --replay"],
  async handle(input, cli) {
    await (await import("./end_session.ts")).endSessionOf(cli, input);
  },
});

const SAVE = defineCommand({
  name: "save",
  description: "Write a session, even one that has ended, as a Jupyter notebook",
  arguments: { session, path: required("where to; must end with .ipynb") },
  options: { overwrite: flag("replace an existing file"), json: json("py_session_save") },
  examples: ["$0 sessions save work work.ipynb"],
  async handle(input, cli) {
    await (await import("./save_session.ts")).saveSessionOf(cli, input);
  },
});

/** `sessions`: Pythons whose variables stay. */
export const SESSIONS = defineCommand({
  name: "sessions",
  description: "List the live sessions of all servers",
  alsoCalled: "list",
  options: { json: json("py_sessions") },
  about: "`sessions list` is the same.",
  examples: ["$0 sessions", "$0 sessions attach work", "$0 sessions save work work.ipynb"],
  commands: [SHOW, RUN, ATTACH, END, SAVE],
  async handle(input, cli) {
    await (await import("./list_sessions.ts")).listSessionsOf(cli, input);
  },
});
