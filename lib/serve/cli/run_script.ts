import { basename, resolve } from "node:path";
import { exists } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { JobRow } from "../../jobs/model/job.ts";
import { viewOf } from "../../jobs/model/job_view.ts";
import type { App } from "../../runs/app.ts";
import type { ScriptChoice } from "../../runs/run/script_source.ts";
import type { RunAnswer } from "../../runs/run/run_options.ts";
import { runInDirectory, runSavedScript, runWithDependencies } from "../../runs/run/run_scripts.ts";
import { type Cli, EXIT } from "./command/cli.ts";
import { SHORT_ID } from "./jobs/find_job.ts";
import { followJob } from "./jobs/follow_job.ts";
import { Interrupts } from "./terminal/interrupts.ts";
import { invocation } from "../program/invocation.ts";
import { exitCodeOf } from "../../runs/jobs/job_summary.ts";
import { ProgressLine } from "./terminal/progress_line.ts";
import { oneLine } from "./terminal/table.ts";
import { paintFor, print, printJson, say } from "./terminal/terminal.ts";

/** What a person asks of `run`. */
export interface RunChoice {
  /** A path, `-` for standard input, or the name of a saved script or a module. */
  script: string;
  args: string[];
  saved: boolean;
  module: boolean;
  dir?: string;
  python?: string;
  with?: string[];
  uv: boolean;
  install: boolean;
  env?: Record<string, string>;
  envFile?: string;
  label?: string;
  timeoutSeconds?: number;
  stdin: boolean;
  detach: boolean;
  json: boolean;
}

/** Starts a script as a job and follows it to its end, or until Ctrl-C. */
export async function runScript(cli: Cli, options: RunChoice): Promise<void> {
  const id = await startScript(cli, options);
  if (options.detach) {
    if (options.json) printJson({ job_id: id });
    else print(`${id}\n`);
    return;
  }
  const line = new ProgressLine();
  using interrupts = new Interrupts();
  const row = await followJob(
    cli.app,
    id,
    {
      stdout: options.json ? undefined : (bytes) => line.stdout(bytes),
      stderr: options.json ? undefined : (bytes) => line.stderr(bytes),
      look: (row) => line.look(row),
    },
    interrupts.signal,
  );
  line.endLine();
  if (interrupts.signal.aborted) {
    await leave(cli, id, interrupts);
  } else if (row) {
    if (options.json) printJson({ job: viewOf(row) });
    else sayHowItEnded(row);
    cli.exitCode = exitCodeOf(row);
  }
}

async function startScript({ app }: Cli, options: RunChoice): Promise<string> {
  const { script } = options;
  const isPath = !options.saved && !options.module && script !== "-";
  if (isPath && !exists(resolve(app.settings.cwd, script))) {
    throw new UserError(
      `Cannot run ${resolve(app.settings.cwd, script)}: there is no such file. ` +
        "Check the path; a saved script needs --saved, and - reads the script from standard input.",
    );
  }
  const answer = await startRun(app, options);
  if (!("background" in answer)) {
    throw new Error("A run in the background was answered with its end");
  }
  return answer.background.job_id;
}

async function startRun(app: App, options: RunChoice): Promise<RunAnswer> {
  const { script } = options;
  const shared = {
    args: options.args,
    envVars: options.env,
    envFile: options.envFile,
    timeoutSeconds: options.timeoutSeconds,
    label: options.label ?? (script === "-" ? "standard input" : basename(script)),
    stdin: options.stdin ? await readStdin() : undefined,
    background: true,
  };
  if (options.saved) {
    return await runSavedScript(app, {
      ...shared,
      tool: "py_run_saved_script",
      name: script,
      installsDependencies: options.install,
    });
  }
  const inFolder = {
    ...shared,
    directory: options.dir ?? app.settings.cwd,
    ...await choiceOf(app, script, options),
    pythonVersion: options.python,
  };
  if (options.with) {
    return await runWithDependencies(app, {
      ...inFolder,
      tool: "py_run_script_with_dependencies_async",
      dependencies: options.with,
      detectsImports: options.install,
      ignoresProject: true,
    });
  }
  return await runInDirectory(app, {
    ...inFolder,
    tool: "py_run_script_in_dir_async",
    useUv: options.uv,
    installsDependencies: options.install,
  });
}

async function choiceOf(app: App, script: string, options: RunChoice): Promise<ScriptChoice> {
  if (options.module) return { module: script };
  if (script === "-") return { scriptContent: await readStdin() };
  return { scriptPath: resolve(app.settings.cwd, script) };
}

async function readStdin(): Promise<string> {
  return await new Response(Deno.stdin.readable).text();
}

/** What a person should know besides the output. */
function sayHowItEnded({ status, error, result }: JobRow): void {
  const { note, exit_code, artifacts = [] } = (result ?? {}) as {
    note?: string;
    exit_code?: number | null;
    artifacts?: { name: string; uri: string }[];
  };
  const paint = paintFor(Deno.stderr);
  // A script's own error is the end of its stderr.
  if (status === "cancelled") say(`${paint.yellow("The job was cancelled")}\n`);
  else if (error !== null && !exit_code) say(`python-mcp: ${paint.red(oneLine(error))}\n`);
  if (note) say(`${paint.dim(`note: ${oneLine(note)}`)}\n`);
  for (const { name, uri } of artifacts) {
    say(`${paint.dim(`artifact: ${oneLine(name)} (${uri})`)}\n`);
  }
}

async function leave(cli: Cli, id: string, interrupts: Interrupts): Promise<void> {
  const short = id.slice(0, SHORT_ID);
  say(
    `\nThe job ${short} goes on. Press Ctrl-C again to cancel it.\n` +
      `  follow it: ${invocation()} jobs logs -f ${short}\n` +
      `  cancel it: ${invocation()} jobs cancel ${short}\n`,
  );
  cli.exitCode = interrupts.exitCode;
  if (!await interrupts.comesAgain()) return;
  say("Cancelling…\n");
  const cancelled = await cli.app.jobs.cancel(id);
  say(
    cancelled?.row.status === "cancelled"
      ? "Job cancelled\n"
      : `The job had ended before (${cancelled?.row.status})\n`,
  );
  cli.exitCode = EXIT.interrupted;
}
