import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep, RunStep } from "../base/command.ts";
import { UserError } from "../base/user_error.ts";
import { explainFailure } from "./explain_failure.ts";
import {
  defaultInterpreter,
  describeInterpreters,
  findInterpreter,
  findInterpreterWithPip,
  interpreterVersion,
  listInterpreters,
} from "./find_interpreters.ts";
import { findUv, installUvStep, ownUv } from "./find_uv.ts";
import { importDirectoryEnv } from "./import_directory.ts";
import { parsePythonVersion, type PythonVersion } from "./python_version.ts";
import { type ScriptEnvironment, scriptEnvironment } from "./script_environment.ts";
import { mergeRequirements, readScriptMetadata, type ScriptMetadata } from "./script_metadata.ts";

/** What a run of a Python script is asked to be. */
export interface RunRequest {
  /** The file that is run. */
  scriptPath: string;
  /** That file's text; its PEP 723 header counts. */
  source: string;
  /** The working directory of the script. */
  cwd: string;
  args: string[];
  /** Text for standard input; empty by default. */
  stdin?: string;
  /** Changes to the script's environment over the server's own. */
  env?: EnvChanges;
  /** Whether dependencies are installed at all; without it the interpreter runs as it is. */
  useUv: boolean;
  /** A version or range, e.g. `3.12`, `>=3.11`. */
  pythonVersion?: string;
  /** PEP 508 requirements; they win over those of the header with the same name. */
  dependencies?: string[];
  /** The folder that the script runs as if it were a file in, when it lives elsewhere. */
  importDirectory?: string;
}

/** What `prepareRun` needs to know about the program around it. */
export interface RunContext {
  /** The program's own folder, `PYTHON_MCP_HOME`. */
  home: string;
  /** The server's environment. */
  baseEnv: Record<string, string>;
  /** Variables for the script's start-up hook, given the `PYTHONPATH` it would have had. */
  scriptRuntimeEnv(pythonPath: string | undefined): EnvChanges;
}

/** The commands that make up a run, and what can be said about it afterwards. */
export interface RunPlan {
  /** Empty when nothing is left to prepare. */
  prepare: PrepareStep[];
  run: RunStep;
  strategy: "uv-run" | "system-python";
  /** The requirements that the environment was made from, sorted. */
  resolvedDependencies: string[];
  /** One sentence, when there is something to say. */
  note?: string;
  /** The version that runs, e.g. `3.12.4`; known at the latest after the run. */
  pythonVersion(): Promise<string | undefined>;
  /** What went wrong in a step of `prepare`, for a caller who has to fix it. */
  explainFailure(stepLabel: string, logText: string): string;
}

/** Turns a request into commands; starts nothing but, now and then, a probe for versions. */
export async function prepareRun(request: RunRequest, context: RunContext): Promise<RunPlan> {
  return await (request.useUv ? planWithUv(request, context) : planWithoutUv(request, context));
}

async function planWithoutUv(request: RunRequest, context: RunContext): Promise<RunPlan> {
  const { baseEnv } = context;
  const wanted = request.pythonVersion === undefined
    ? undefined
    : parsePythonVersion(request.pythonVersion);
  const python = wanted
    ? (await findInterpreter(wanted, baseEnv)).path
    : defaultInterpreter(baseEnv);
  return {
    prepare: [],
    run: runStep(python, {}, request, context),
    strategy: "system-python",
    resolvedDependencies: [],
    pythonVersion: () => interpreterVersion(python),
    explainFailure: (label, log) => explainFailure(label, log, ""),
  };
}

async function planWithUv(request: RunRequest, context: RunContext): Promise<RunPlan> {
  const { baseEnv, home } = context;
  const header = await readScriptMetadata(request.source);
  const wanted = wantedVersion(request, header);
  const base = await chooseBase(wanted, baseEnv);
  const environment = await scriptEnvironment(home, {
    dependencies: mergeRequirements(header?.dependencies ?? [], request.dependencies ?? []),
    toolUv: header?.tool?.uv as Record<string, unknown> | undefined,
    scriptFolder: request.importDirectory ?? dirname(request.scriptPath),
    base,
  });
  const { prepare, note } = environment.ready
    ? { prepare: [] }
    : await preparation(environment, base, context);
  const interpreters = "download" in base
    ? describeInterpreters(await listInterpreters(baseEnv))
    : "";
  const path = typeof request.env?.PATH === "string" ? request.env.PATH : baseEnv.PATH;
  return {
    prepare,
    run: runStep(environment.python, environment.runEnv(path), request, context),
    strategy: "uv-run",
    resolvedDependencies: environment.dependencies,
    ...(note === undefined ? {} : { note }),
    pythonVersion: () => Promise.resolve(environment.version()),
    explainFailure: (label, log) => explainFailure(label, log, interpreters),
  };
}

function wantedVersion(
  request: RunRequest,
  header: ScriptMetadata | undefined,
): PythonVersion | undefined {
  if (request.pythonVersion !== undefined) return parsePythonVersion(request.pythonVersion);
  const declared = header?.requiresPython;
  return declared === undefined ? undefined : parsePythonVersion(declared, "requires-python");
}

/** An interpreter of this machine, else the version that uv is to download. */
async function chooseBase(
  wanted: PythonVersion | undefined,
  env: Record<string, string>,
): Promise<{ path: string } | { download: string }> {
  if (!wanted) return { path: defaultInterpreter(env) };
  try {
    return { path: (await findInterpreter(wanted, env)).path };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { download: wanted.text };
  }
}

async function preparation(
  environment: ScriptEnvironment,
  base: { path: string } | { download: string },
  { home, baseEnv }: RunContext,
): Promise<{ prepare: PrepareStep[]; note?: string }> {
  const uv = findUv(home, baseEnv);
  if (uv !== undefined) return { prepare: environment.steps(uv) };
  if (environment.dependencies.length === 0 && "path" in base) {
    return { prepare: environment.bareSteps(base.path) };
  }
  const preferred = "path" in base ? base.path : defaultInterpreter(baseEnv);
  const python = await findInterpreterWithPip(preferred, baseEnv);
  if (python === undefined) {
    throw new UserError(
      "Cannot install dependencies: uv was not found, and no Python on this machine has pip to " +
        "install it with. Install uv (https://docs.astral.sh/uv) or pip (on Debian and Ubuntu " +
        "`apt install python3-pip`), or run the script with use_uv: false.",
    );
  }
  return {
    prepare: [installUvStep(home, python), ...environment.steps(ownUv(home))],
    note: `uv was not found; it was installed once into ${join(home, "tools")}`,
  };
}

function runStep(
  python: string,
  environmentEnv: EnvChanges,
  request: RunRequest,
  { home, baseEnv, scriptRuntimeEnv }: RunContext,
): RunStep {
  const asked = request.env ?? {};
  const pythonPath = "PYTHONPATH" in asked ? asked.PYTHONPATH ?? undefined : baseEnv.PYTHONPATH;
  const runtime = scriptRuntimeEnv(pythonPath);
  const directory = request.importDirectory === undefined ? {} : importDirectoryEnv(
    home,
    request.importDirectory,
    runtime.PYTHONPATH ?? pythonPath,
  );
  return {
    argv: [python, request.scriptPath, ...request.args],
    cwd: request.cwd,
    // The PATH of the environment is made from the one that was asked for, so it comes after.
    env: { ...asked, ...environmentEnv, ...runtime, ...directory },
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
  };
}
