import { dirname, join } from "node:path";
import type { PrepareStep } from "../base/command.ts";
import { UserError } from "../base/user_error.ts";
import { choosePython } from "./choose_python.ts";
import { chooseRequirements } from "./requirements/choose_requirements.ts";
import {
  defaultInterpreter,
  findInterpreter,
  findInterpreterWithPip,
} from "./interpreters/find_interpreters.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { firstUsable } from "./interpreters/environment_at.ts";
import { isPythonPath, pythonAtPath } from "./interpreters/python_at_path.ts";
import { findSurroundings, NOTHING, type Surroundings } from "./requirements/find_surroundings.ts";
import { OwnCode } from "./requirements/own_code.ts";
import { findUv, installUvStep, ownUv } from "./environment/find_uv.ts";
import { checkNotebookInput, NOTEBOOK_TOOLS, notebookSource } from "./in_script/notebook.ts";
import { parsePythonVersion } from "./interpreters/python_version.ts";
import {
  type BasePython,
  environmentVariables,
  type ScriptEnvironment,
  scriptEnvironment,
} from "./environment/script_environment.ts";
import { planAsItIs, planAtPath } from "./run_as_it_is.ts";
import type { RunPlan } from "./run_plan.ts";
import {
  askedRequirements,
  firstOnPath,
  notebookOf,
  type RunContext,
  type RunRequest,
  runStep,
  withoutRemovals,
} from "./run_step.ts";
import { describeNearMiss } from "./source/near_miss_header.ts";
import { readScriptMetadata } from "./source/script_metadata.ts";
import { uvCacheHas } from "./environment/uv_cache.ts";
import { uvSettings } from "./environment/uv_settings.ts";

export type { RunPlan } from "./run_plan.ts";
export type { RunContext, RunRequest } from "./run_step.ts";

/** Turns a request into commands; starts nothing but, now and then, a probe for versions. */
export async function prepareRun(request: RunRequest, context: RunContext): Promise<RunPlan> {
  return await (request.useUv ? planWithUv(request, context) : planWithoutUv(request, context));
}

async function planWithoutUv(request: RunRequest, context: RunContext): Promise<RunPlan> {
  const { baseEnv } = context;
  const notebook = notebookOf(request);
  if (notebook !== undefined) {
    throw new UserError(
      `Cannot run the notebook ${notebook} with use_uv: false: what runs notebooks is ` +
        "installed through uv. Leave use_uv out.",
    );
  }
  const { pythonVersion: asked, cwd } = request;
  if (asked !== undefined && isPythonPath(asked, cwd)) {
    const { python, environment } = await pythonAtPath(asked, cwd, baseEnv);
    return planAsItIs(python, environment, "system-python", request, context);
  }
  const python = asked === undefined
    ? defaultInterpreter(baseEnv)
    : (await findInterpreter(await parsePythonVersion(asked), baseEnv)).path;
  return planAsItIs(python, undefined, "system-python", request, context);
}

async function planWithUv(request: RunRequest, context: RunContext): Promise<RunPlan> {
  const { home } = context;
  const baseEnv = { ...context.baseEnv, ...withoutRemovals(request.env) };
  const notebook = notebookOf(request);
  const source = notebook ? notebookSource(request.source, notebook) : request.source;
  if (notebook) checkNotebookInput(request.source, notebook, request);
  const header = request.module === undefined ? await readScriptMetadata(source) : undefined;
  const asked = request.pythonVersion;
  if (asked !== undefined && isPythonPath(asked, request.cwd)) {
    return await planAtPath(asked, header?.dependencies.length ?? 0, request, context);
  }
  const nearMiss = header || request.module !== undefined ? undefined : describeNearMiss(source);
  const isDeclared = header !== undefined || request.dependencies !== undefined;
  const surroundings = await surroundingsOf(request, isDeclared, context.baseEnv);
  const standsIn = !isDeclared && request.projectUse !== "added";
  const { environment, skipped } = standsIn && surroundings.project === undefined
    ? await environmentFor(surroundings, asked, notebook !== undefined)
    : { skipped: [] };
  if (environment) {
    const { folder, python } = environment;
    const plan = planAsItIs(python, environment, "uv-run", request, context);
    return {
      ...plan,
      ...noteOf(nearMiss, ...skipped, `Run in the environment ${folder} as it is`),
    };
  }
  const { base, note: pythonNote } = await choosePython({
    asked,
    header: header?.requiresPython,
    surroundings,
  }, context.baseEnv);
  const needs = await chooseRequirements({
    source,
    ...askedRequirements(request),
    header,
    surroundings,
    findOwnCode: () => OwnCode.around([placeOf(request), request.cwd], baseEnv, request.contents),
    pythonVersion: versionOf(base),
    isCached: (name) => uvCacheHas(name, { env: baseEnv, python: versionOf(base) }),
  });
  const { recipe, label } = needs;
  const made = await scriptEnvironment(home, {
    recipe,
    droppable: needs.droppable,
    besides: notebook ? NOTEBOOK_TOOLS : request.tools,
    base,
    label: notebook ? `${label} and what runs notebooks` : label,
    settings: uvSettings(baseEnv) + (context.isSandboxed ? "\nsandbox" : ""),
  });
  const { prepare, note } = made.ready ? { prepare: [] } : await preparation(made, base, context);
  const variables = environmentVariables(dirname(dirname(made.python)), baseEnv.PATH);
  const unused = needs.origin === "imports" ? unusedNote(surroundings) : undefined;
  return {
    strategy: "uv-run",
    resolvedDependencies: needs.dependencies.map(hideSecrets),
    leftOut: made.leftOut,
    prepare,
    run: runStep(made.python, variables, request, context),
    ...noteOf(note, nearMiss, ...skipped, unused, needs.note, pythonNote),
    ...(note === undefined ? {} : { announcement: note }),
  };
}

/** The environment beside a script, else, where no file says what is needed, that of the server. */
async function environmentFor(
  { environments, declaration, activeEnvironments }: Surroundings,
  version: string | undefined,
  notebook: boolean,
) {
  const folders = declaration ? environments : [...environments, ...activeEnvironments];
  return await firstUsable(folders, { version, packages: notebook ? NOTEBOOK_TOOLS : [] });
}

function unusedNote({ unused }: Surroundings): string | undefined {
  return unused.length === 0
    ? undefined
    : `Not used, since it is not read here: ${unused.join(", ")}`;
}

/** A project that says nothing here must not stop a script because it cannot be read. */
async function surroundingsOf(
  request: RunRequest,
  isDeclared: boolean,
  env: Record<string, string>,
): Promise<Surroundings> {
  const { projectDirectory, projectUse } = request;
  if (projectDirectory === undefined) return NOTHING;
  const found = findSurroundings([placeOf(request), projectDirectory], env);
  return await (isDeclared && projectUse !== "added" ? found.catch(() => NOTHING) : found);
}

function noteOf(...notes: (string | undefined)[]): { note?: string } {
  const all = notes.filter((note) => note !== undefined);
  return all.length === 0 ? {} : { note: all.join(". ") };
}

/** The folder that a run belongs to. */
function placeOf(request: RunRequest): string {
  const first = firstOnPath(request);
  return request.contents === undefined ? first : dirname(first);
}

/** e.g. `3.12.4` or `3.12`, as far as the interpreter's place tells. */
function versionOf(base: BasePython): string | undefined {
  const named = "path" in base ? Deno.realPathSync(base.path) : base.download;
  return /3\.\d+(?:\.\d+)?/.exec(named)?.[0];
}

async function preparation(
  environment: ScriptEnvironment,
  base: BasePython,
  { home, baseEnv }: RunContext,
): Promise<{ prepare: PrepareStep[]; note?: string }> {
  const uv = findUv(home, baseEnv);
  if (uv !== undefined) return { prepare: await environment.steps(uv) };
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
    prepare: [installUvStep(home, python), ...await environment.steps(ownUv(home))],
    note: `uv was not found; it is installed, once, into ${join(home, "tools")}`,
  };
}
