import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep, RunStep } from "../base/command.ts";
import { UserError } from "../base/user_error.ts";
import { type DetectedImports, detectImports } from "./detect_imports.ts";
import {
  defaultInterpreter,
  findInterpreter,
  findInterpreterWithPip,
} from "./find_interpreters.ts";
import { findUv, installUvStep, ownUv } from "./find_uv.ts";
import { importDirectoryEnv } from "./import_directory.ts";
import { requirementName } from "./requirement.ts";
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
  /** Whether what the imports need is installed too, where the script has no header. */
  detectImports?: boolean;
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
  };
}

async function planWithUv(request: RunRequest, context: RunContext): Promise<RunPlan> {
  const { baseEnv, home } = context;
  const header = await readScriptMetadata(request.source);
  const wanted = wantedVersion(request, header);
  const base = await chooseBase(wanted, baseEnv);
  const detected = request.detectImports && !header ? await detect(request, base) : undefined;
  const environment = await scriptEnvironment(home, {
    dependencies: mergeRequirements(
      header?.dependencies ?? detected?.dependencies ?? [],
      request.dependencies ?? [],
    ),
    toolUv: header?.tool?.uv as Record<string, unknown> | undefined,
    scriptFolder: folderOf(request),
    base,
  });
  const { prepare, note } = environment.ready
    ? { prepare: [] }
    : await preparation(environment, base, context);
  const notes = [note, detected && describeDetected(detected, request.dependencies ?? [])]
    .filter((text) => text !== undefined);
  const path = typeof request.env?.PATH === "string" ? request.env.PATH : baseEnv.PATH;
  return {
    prepare,
    run: runStep(environment.python, environment.runEnv(path), request, context),
    strategy: "uv-run",
    resolvedDependencies: environment.dependencies,
    ...(notes.length === 0 ? {} : { note: notes.join(". ") }),
  };
}

/** The folder that the script can import its neighbours from. */
function folderOf(request: RunRequest): string {
  return request.importDirectory ?? dirname(request.scriptPath);
}

function detect(
  request: RunRequest,
  base: { path: string } | { download: string },
): Promise<DetectedImports> {
  const named = "path" in base ? Deno.realPathSync(base.path) : base.download;
  const pythonVersion = /3\.\d+/.exec(named)?.[0];
  return detectImports(request.source, { pythonVersion, directory: folderOf(request) });
}

/** What was found in the source, and what only the caller can name. */
function describeDetected(
  { dependencies, unknown }: DetectedImports,
  explicit: string[],
): string | undefined {
  const given = new Set(explicit.map(requirementName));
  const added = dependencies.filter((name) => !given.has(name));
  const notes = [];
  if (added.length > 0) notes.push(`Detected from the imports: ${added.join(", ")}`);
  if (unknown.length > 0) {
    notes.push(
      `Not installed, since no well-known distribution has these modules: ${unknown.join(", ")}; ` +
        "name the distribution in `dependencies` if it is needed",
    );
  }
  return notes.length === 0 ? undefined : notes.join(". ");
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
