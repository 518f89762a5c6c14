import { dirname, join } from "node:path";
import type { PrepareStep } from "../../base/command.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { ensureFolder } from "../../base/private_files.ts";
import type { SessionSpec } from "../../jobs/files/messages.ts";
import type { AskedSession, SessionFiles, SessionRecord } from "../../jobs/files/session_files.ts";
import { findUv, ownUv } from "../../python/environment/find_uv.ts";
import { sessionPip, sessionProgram } from "../../python/in_session/session_program.ts";
import { sessionWarmth } from "../../python/session_warmth.ts";
import { installScriptRuntime } from "../../python/in_script/script_runtime.ts";
import { missingIn } from "../../python/interpreters/environment_at.ts";
import { isPythonPath } from "../../python/interpreters/python_at_path.ts";
import { prepareRun, type RunPlan } from "../../python/prepare_run.ts";
import { sandboxPreparation } from "../../python/sandbox/sandbox_preparation.ts";
import { sandboxRun } from "../../python/sandbox/sandbox_step.ts";
import type { App } from "../app.ts";
import { readEnvironment } from "../run/make_request.ts";
import { requireDirectory } from "../run/read_script.ts";
import { requireShownPaths, requireShownProject } from "../run/shown_paths.ts";
import { memoryBytes } from "../run/common_request.ts";
import { smallest } from "../run/smallest.ts";

/** What is installed beside what the session's own code needs. */
const SHELL = ["ipython"];

export interface SessionPlan {
  spec: SessionSpec;
  note?: string;
}

/** What a call says of the session that it starts. */
export interface SessionWish {
  asked: AskedSession;
  dependencies: string[] | undefined;
  envVars?: Record<string, string>;
}

/** Turns what was asked of a session into commands. Nothing is started. */
export async function planSession(
  app: App,
  files: SessionFiles,
  { asked, dependencies = [], envVars }: SessionWish,
  progressFile: string,
): Promise<SessionPlan> {
  const { settings, log } = app;
  const { home, env: baseEnv } = settings;
  const level = asked.sandbox;
  requireShownPaths(settings, level, asked.directory ?? files.ownDirectory, {
    directory: asked.directory,
    env_file: asked.env_file,
    python_version: asked.python_version,
  });
  const directory = asked.directory && requireDirectory(asked.directory);
  requireShownProject(settings, level, directory);
  const { env, note } = await readEnvironment(
    { directory },
    { envFile: asked.env_file, envVars },
    settings,
  );
  const cwd = directory ?? files.ownDirectory;
  ensureFolder(files.packages);
  ensureFolder(files.stage);
  if (directory === undefined) ensureFolder(cwd);
  // What is named by its path is used as it is; packages are added beside it.
  const isPath = asked.python_version !== undefined && isPythonPath(asked.python_version, cwd);
  const runtime = installScriptRuntime(home);
  const plan = await prepareRun({
    module: "python_mcp_session",
    source: "",
    cwd,
    args: [],
    env,
    useUv: asked.use_uv,
    pythonVersion: asked.python_version,
    dependencies: isPath || !asked.use_uv || dependencies.length === 0 ? undefined : dependencies,
    detectImports: false,
    projectDirectory: directory,
    tools: SHELL,
  }, {
    home,
    baseEnv,
    isSandboxed: level !== "off",
    scriptRuntimeEnv: (pythonPath) => runtime.env(pythonPath),
  });
  if (plan.announcement !== undefined) log.warn(plan.announcement);
  const python = plan.run.argv[0]!;
  const uv = findUv(home, baseEnv) ?? ownUv(home);
  const add = [uv, "pip", "install", "--no-progress", "--color", "never", "--python", python];
  const isOurs = python.startsWith(join(home, "environments"));
  const lacksShell = asked.use_uv && !isOurs &&
    missingIn(dirname(dirname(python)), SHELL).length > 0;
  const prepare = lacksShell
    ? [...plan.prepare, {
      label: "Installing IPython into the session",
      argv: [...add, "--target", files.packages, ...SHELL],
      env: { PYTHONPATH: null, PYTHONHOME: null },
      creates: join(files.packages, "IPython"),
      needs: { pythons: [python], reads: [uv], writes: [files.packages] },
    }]
    : plan.prepare;
  const id = crypto.randomUUID();
  const record: SessionRecord = {
    id,
    name: files.name,
    created_at: Date.now() / 1000,
    directory: cwd,
    python,
    dependencies,
    asked,
    withheld: Object.keys(envVars ?? {}).sort(),
    ...(asked.use_uv && { install: add }),
  };
  const { MPLBACKEND: _, ...given } = plan.run.env ?? {};
  const backend = env.MPLBACKEND ?? baseEnv.MPLBACKEND;
  const run = {
    argv: [python, sessionProgram(home), files.packages, asked.use_uv ? sessionPip(home) : ""],
    cwd,
    env: {
      ...given,
      ...(backend !== undefined && { MPLBACKEND: backend }),
      ...(asked.use_uv && {
        PYTHON_MCP_NOTEBOOK_UV: uv,
        PYTHON_MCP_NOTEBOOK_PACKAGES: files.packages,
        PYTHON_MCP_NOTEBOOK_PYTHON: python,
      }),
      ...(level !== "off" && { UV_NO_CACHE: "1" }),
      IPYTHONDIR: join(files.stage, "ipython"),
      PYTHON_MCP_TOKEN: null,
      PYTHON_MCP_SCRIPT_PID: null,
      PYTHON_MCP_JOB_ID: null,
      PYTHON_MCP_PROGRESS_FILE: null,
      PYTHON_MCP_ARTIFACTS: null,
    },
  };
  const own = directory === undefined ? [cwd] : [];
  const boxed = await inSandbox({ ...plan, prepare, run }, app, level, files, own);
  const spec: SessionSpec = {
    id,
    dir: files.folder,
    record,
    prepare: boxed.prepare.map((step) => ({
      ...step,
      env: { ...step.env, PYTHON_MCP_PROGRESS_FILE: progressFile },
    })),
    run: boxed.run,
    warm: sessionWarmth(boxed, env, settings.warm),
    ...(level !== "off" && { stage: files.stage }),
    max_memory_bytes: smallest(memoryBytes({ memoryMb: asked.memory_mb }), settings.maxMemoryBytes),
    max_processes: settings.maxProcesses,
    grace_seconds: settings.sessions.graceSeconds,
    idle_seconds: settings.sessions.idleHours * 3600,
  };
  return { spec, note: [note, plan.note].filter(Boolean).join(". ") || undefined };
}

/** The commands in the sandbox of a level, where the session can write into folders of its own alone. */
async function inSandbox(
  { prepare, run }: Pick<RunPlan, "prepare" | "run">,
  { settings: { sandbox: settings, home, env } }: App,
  level: SandboxLevel,
  { packages, stage }: SessionFiles,
  own: string[],
): Promise<Pick<RunPlan, "prepare" | "run">> {
  const context = { level, settings, home, env };
  const steps: PrepareStep[] = [];
  for (const step of prepare) steps.push(await sandboxPreparation(step, context, stage));
  const boxed = await sandboxRun(run, context, {
    pythons: prepare.flatMap(({ needs }) => needs?.pythons ?? []),
    readable: [join(home, "tools")],
    writable: [packages, stage, ...own],
  });
  return { prepare: steps, run: boxed };
}
