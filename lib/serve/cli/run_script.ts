import { basename, resolve } from "node:path";
import { exists } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import type { App } from "../../runs/app.ts";
import type { ScriptChoice } from "../../runs/run/script_source.ts";
import type { RayWish, RunAnswer } from "../../runs/run/run_options.ts";
import { runInDirectory, runSavedScript, runWithDependencies } from "../../runs/run/run_scripts.ts";
import { type Cli, COMMAND_LINE } from "./command/cli.ts";
import { followRun } from "./jobs/follow_run.ts";
import { endInput, isInTerminal, passInputOn } from "./jobs/pass_input_on.ts";
import { readStdin } from "./terminal/read_stdin.ts";

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
  memoryMb?: number;
  runOn?: "local" | "ray";
  cpus?: number;
  gpus?: number;
  custom?: Record<string, number>;
  nodeLabel?: Record<string, string>;
  include?: string[];
  sharedDirectory?: string;
  sandbox?: SandboxLevel;
  stdin: boolean;
  detach: boolean;
  json: boolean;
}

/** Starts a script as a job and follows it to its end, or until Ctrl-C. */
export async function runScript(cli: Cli, options: RunChoice): Promise<void> {
  const hasTerminal = options.runOn !== "ray" && !options.stdin && !options.detach &&
    options.script !== "-" &&
    isInTerminal();
  const id = await startScript(cli, options, hasTerminal);
  if (hasTerminal) passInputOn(cli.app, id);
  await followRun(cli, id, options);
  // Who has left types nothing any more.
  if (hasTerminal) await endInput(cli.app, id);
}

async function startScript(
  { app }: Cli,
  options: RunChoice,
  stdinOpen: boolean,
): Promise<string> {
  const { script } = options;
  const isPath = !options.saved && !options.module && script !== "-";
  if (isPath && !exists(resolve(app.settings.cwd, script))) {
    throw new UserError(
      `Cannot run ${resolve(app.settings.cwd, script)}: there is no such file. ` +
        "Check the path; --saved runs a saved script, and - reads the script from standard input.",
    );
  }
  const answer = await startRun(app, options, stdinOpen);
  if (!("background" in answer)) {
    throw new Error("A run in the background was answered with its end");
  }
  return answer.background.job_id;
}

async function startRun(
  app: App,
  options: RunChoice,
  stdinOpen: boolean,
): Promise<RunAnswer> {
  const { script } = options;
  const shared = {
    args: options.args,
    envVars: options.env,
    envFile: options.envFile,
    timeoutSeconds: options.timeoutSeconds,
    memoryMb: options.memoryMb,
    ray: options.runOn === "ray" ? rayWish(options) : undefined,
    sandbox: options.sandbox,
    label: options.label ?? (script === "-" ? "standard input" : basename(script)),
    stdin: options.stdin ? await readStdin() : undefined,
    stdinOpen,
    background: true,
  };
  if (options.saved) {
    return await runSavedScript(app, {
      ...shared,
      tool: COMMAND_LINE,
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
      tool: COMMAND_LINE,
      dependencies: options.with,
      detectsImports: options.install,
      ignoresProject: true,
    });
  }
  return await runInDirectory(app, {
    ...inFolder,
    tool: COMMAND_LINE,
    useUv: options.uv,
    installsDependencies: options.install,
  });
}

function rayWish(
  { cpus, gpus, custom, nodeLabel: labels, include, sharedDirectory }: RunChoice,
): RayWish {
  return { cpus, gpus, custom, labels, include, sharedDirectory };
}

async function choiceOf(app: App, script: string, options: RunChoice): Promise<ScriptChoice> {
  if (options.module) return { module: script };
  if (script === "-") return { scriptContent: await readStdin() };
  return { scriptPath: resolve(app.settings.cwd, script) };
}
