import { dirname, join } from "node:path";
import type { EnvChanges, PrepareStep, RunStep } from "../base/command.ts";
import { UserError } from "../base/user_error.ts";
import { choosePython } from "./choose_python.ts";
import { chooseRequirements } from "./choose_requirements.ts";
import {
  defaultInterpreter,
  findInterpreter,
  findInterpreterWithPip,
  interpreterVersion,
} from "./find_interpreters.ts";
import { maskCredentials } from "./explain_failure.ts";
import { findSurroundings, type Surroundings } from "./find_project.ts";
import { findUv, installUvStep, ownUv } from "./find_uv.ts";
import { importDirectoryEnv } from "./import_directory.ts";
import { parsePythonVersion } from "./python_version.ts";
import {
  type BasePython,
  environmentVariables,
  type ScriptEnvironment,
  scriptEnvironment,
} from "./script_environment.ts";
import { readScriptMetadata } from "./script_metadata.ts";
import { uvSettings } from "./uv_settings.ts";

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
  /** The folder whose project, `.venv` or `requirements.txt` counts; none by default. */
  projectDirectory?: string;
  /** Whether they add to what the script asks for, or stand in where it asks for nothing (default). */
  projectUse?: "unless-declared" | "added";
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
  const { home } = context;
  const baseEnv = { ...context.baseEnv, ...withoutRemovals(request.env) };
  const header = await readScriptMetadata(request.source);
  const surroundings = await surroundingsOf(request, header !== undefined, context.baseEnv);
  const { base, note: pythonNote } = await choosePython({
    asked: request.pythonVersion,
    header: header?.requiresPython,
    surroundings,
  }, context.baseEnv);
  const needs = await chooseRequirements({
    source: request.source,
    explicit: request.dependencies ?? [],
    explicitGiven: request.dependencies !== undefined,
    header,
    surroundings: await fitting(surroundings, request.pythonVersion),
    projectUse: request.projectUse ?? "unless-declared",
    detectImports: request.detectImports ?? false,
    folder: folderOf(request),
    pythonVersion: minorVersion(base),
  });
  const path = baseEnv.PATH;
  const common = {
    strategy: "uv-run" as const,
    resolvedDependencies: needs.dependencies.map(maskCredentials),
  };
  if (needs.recipe.kind === "venv") {
    const { folder } = needs.recipe;
    const run = runStep(
      join(folder, "bin/python"),
      environmentVariables(folder, path),
      request,
      context,
    );
    return { ...common, prepare: [], run, ...noteOf(needs.note) };
  }
  const { recipe, label } = needs;
  const environment = await scriptEnvironment(home, {
    recipe,
    base,
    label,
    settings: uvSettings(baseEnv),
  });
  const { prepare, note } = environment.ready
    ? { prepare: [] }
    : await preparation(environment, base, context);
  const variables = environmentVariables(dirname(dirname(environment.python)), path);
  return {
    ...common,
    prepare,
    run: runStep(environment.python, variables, request, context),
    ...noteOf(note, needs.note, pythonNote),
  };
}

/** A project that says nothing here must not stop a script because it cannot be read. */
async function surroundingsOf(
  { projectDirectory, projectUse, dependencies }: RunRequest,
  hasHeader: boolean,
  env: Record<string, string>,
): Promise<Surroundings> {
  if (projectDirectory === undefined) return {};
  const declared = hasHeader || dependencies !== undefined;
  const found = findSurroundings(projectDirectory, env);
  return await (declared && projectUse !== "added" ? found.catch(() => ({})) : found);
}

function noteOf(...notes: (string | undefined)[]): { note?: string } {
  const all = notes.filter((note) => note !== undefined);
  return all.length === 0 ? {} : { note: all.join(". ") };
}

function withoutRemovals(env: EnvChanges = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** The folder that the script can import its neighbours from. */
function folderOf(request: RunRequest): string {
  return request.importDirectory ?? dirname(request.scriptPath);
}

/** e.g. `3.12`, as far as the interpreter's place tells. */
function minorVersion(base: BasePython): string | undefined {
  const named = "path" in base ? Deno.realPathSync(base.path) : base.download;
  return /3\.\d+/.exec(named)?.[0];
}

/** An environment of another Python than the caller asked for does not count. */
async function fitting(around: Surroundings, asked: string | undefined): Promise<Surroundings> {
  if (around.venv === undefined) return around;
  const version = await interpreterVersion(join(around.venv, "bin/python"));
  const fits = version !== undefined &&
    (asked === undefined || parsePythonVersion(asked).matches(version));
  return fits ? around : { ...around, venv: undefined };
}

async function preparation(
  environment: ScriptEnvironment,
  base: BasePython,
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
    env: { ...headless(asked, baseEnv), ...asked, ...environmentEnv, ...runtime, ...directory },
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
  };
}

/** matplotlib draws without a display, unless somebody chose otherwise. */
function headless(asked: EnvChanges, baseEnv: Record<string, string>): EnvChanges {
  return "MPLBACKEND" in asked || baseEnv.MPLBACKEND ? {} : { MPLBACKEND: "Agg" };
}
