import { dirname, join } from "node:path";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { statIfThere } from "../../base/private_files.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import type { Draft, ProcessRequest } from "../../jobs/process/process_request.ts";
import { describeSkippedLines, readEnvFile } from "../../python/environment/env_file.ts";
import { installScriptRuntime } from "../../python/in_script/script_runtime.ts";
import { prepareRun, type RunPlan, type RunRequest } from "../../python/prepare_run.ts";
import { keptFolders } from "../../python/sandbox/kept_folders.ts";
import { warmWish } from "../../python/warm_wish.ts";
import type { App } from "../app.ts";
import type { RunDetails } from "../results/run_result.ts";
import { isTrue, type Settings } from "../settings.ts";
import { commonRequest, split } from "./common_request.ts";
import { planInSandbox } from "./in_sandbox.ts";
import { requireShownPaths, requireShownProject } from "./shown_paths.ts";
import { sandboxLevelOf } from "./sandbox_level_of.ts";
import type { PythonRun, RunOptions } from "./run_options.ts";

/** What the caller adds to the server's own environment. */
export interface CallerEnvironment {
  env: Record<string, string>;
  note?: string;
}

/** The variables that the caller gave, those of the `.env` file included. */
export async function readEnvironment(
  { directory }: Pick<PythonRun, "directory">,
  options: Pick<RunOptions, "envFile" | "envVars" | "sandbox" | "repeatedSandbox">,
  settings: Settings,
): Promise<CallerEnvironment> {
  const { envFile, envVars = {} } = options;
  if (envFile === undefined) return { env: envVars };
  const { cwd, env } = settings;
  const level = levelOf(options, settings);
  const path = resolvePath(envFile, directory ?? cwd, env);
  const check = (env_file: string) => requireShownPaths(settings, level, "/", { env_file });
  const file = await readEnvFile(path, env, check);
  return { env: { ...file.variables, ...envVars }, note: describeSkippedLines(path, file) };
}

/** The job that runs the script; inline code is written into its folder. */
export async function makeRequest(
  run: PythonRun,
  options: RunOptions,
  { env, note }: CallerEnvironment,
  background: boolean,
  { id, files }: Draft,
  app: App,
): Promise<ProcessRequest> {
  const { source, path, module } = run.script;
  const isInline = path === undefined && module === undefined;
  if (isInline) files.writeSource(source);
  const scriptPath = isInline ? files.source : path;
  const cwd = run.directory ?? files.artifacts;
  const asked = runRequest(run, options, env, scriptPath, cwd);
  const level = levelOf(options, app.settings);
  const around = [run.projectDirectory, path && dirname(path)];
  around.forEach((folder) => requireShownProject(app.settings, level, folder));
  const bare = await makePlan(asked, level, app);
  const plan = await planInSandbox(bare, scriptPath, files, level, app.settings);
  if (plan.announcement !== undefined) app.log.warn(plan.announcement);
  const progressFile = { PYTHON_MCP_PROGRESS_FILE: files.progressFile };
  const [secret, ours] = split(plan.run.env ?? {}, (name) => name in env);
  const common = commonRequest(
    run,
    options,
    {
      strategy: plan.strategy,
      usesUv: plan.strategy === "uv-run",
      resolvedDependencies: plan.resolvedDependencies,
      leftOut: plan.leftOut,
      notes: [note, plan.note],
    },
    secret,
    background,
    app.settings,
  );
  return {
    prepare: plan.prepare.map((step) => ({ ...step, env: { ...step.env, ...progressFile } })),
    run: {
      ...plan.run,
      env: {
        ...ours,
        ...progressFile,
        PYTHON_MCP_JOB_ID: id,
        PYTHON_MCP_ARTIFACTS: files.artifacts,
        PYTHON_MCP_TOKEN: null,
        RAY_AUTH_TOKEN: null,
        // Of the script that this server was started by.
        PYTHON_MCP_SCRIPT_PID: null,
      },
    },
    ...common,
    details: {
      ...common.details,
      debug: isTrue(app.settings.env.SMART_ASYNC_DEBUG) || undefined,
      place: placeOf(run, cwd),
    },
    warm: warmWish(asked, plan, {
      isBenchmark: run.benchmark !== undefined,
      settings: app.settings.warm,
    }),
  };
}

export function runRequest(
  run: PythonRun,
  options: RunOptions,
  env: Record<string, string>,
  scriptPath: string | undefined,
  cwd: string,
): RunRequest {
  return {
    ...run.script,
    scriptPath,
    cwd,
    args: options.args ?? [],
    stdin: options.stdin,
    stdinOpen: options.stdinOpen,
    env,
    useUv: run.useUv,
    pythonVersion: run.pythonVersion,
    dependencies: run.dependencies,
    detectImports: run.detectImports,
    projectDirectory: run.projectDirectory,
    projectUse: run.addsProject ? "added" : "unless-declared",
    importDirectory: run.script.path === scriptPath ? undefined : cwd,
  };
}

function levelOf(
  { sandbox, repeatedSandbox }: Pick<RunOptions, "sandbox" | "repeatedSandbox">,
  settings: Settings,
): SandboxLevel {
  return sandboxLevelOf(settings.sandbox, sandbox, repeatedSandbox);
}

async function makePlan(
  request: RunRequest,
  level: SandboxLevel,
  { settings: { home, env } }: App,
): Promise<RunPlan> {
  const runtime = installScriptRuntime(home);
  const isSandboxed = level !== "off";
  return await prepareRun(request, {
    home,
    baseEnv: isSandboxed ? { ...env, UV_CACHE_DIR: keptFolders(home).uv } : env,
    isSandboxed,
    scriptRuntimeEnv: (pythonPath) => runtime.env(pythonPath),
  });
}

/** Where the run looks for modules of its own. */
function placeOf({ script: { path } }: PythonRun, directory: string): RunDetails["place"] {
  if (path === undefined) return { folder: directory, directory };
  const isFolder = statIfThere(path)?.isDirectory;
  return isFolder
    ? { script: join(path, "__main__.py"), folder: path, directory }
    : { script: path, folder: dirname(path), directory };
}
