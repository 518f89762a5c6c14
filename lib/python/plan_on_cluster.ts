import type { EnvChanges, RunStep } from "../base/command.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { UserError } from "../base/user_error.ts";
import prepareEnvironment from "./environment/prepare_environment.py" with { type: "text" };
import { pinnedUv } from "./environment/find_uv.ts";
import { uvSettings } from "./environment/uv_settings.ts";
import { isPythonPath } from "./interpreters/python_at_path.ts";
import { parsePythonVersion } from "./interpreters/python_version.ts";
import { needsOnCluster } from "./needs_on_cluster.ts";
import { canonicalScript, type ScriptNeeds } from "./requirements/canonical_script.ts";
import { chooseRequirements } from "./requirements/choose_requirements.ts";
import { findSurroundings, NOTHING } from "./requirements/find_surroundings.ts";
import { OwnCode } from "./requirements/own_code.ts";
import {
  askedRequirements,
  firstOnPath,
  notebookOf,
  type RunRequest,
  withoutRemovals,
} from "./run_step.ts";
import { SCRIPT_RUNTIME_FILES } from "./in_script/script_runtime.ts";
import { readScriptMetadata } from "./source/script_metadata.ts";

/** Where things are on the node that the run comes to, as far as it is known before. */
export interface ClusterPlaces {
  /** The folder of what this program sends along. */
  control: string;
  /** The interpreter: the cluster's own, or that of the environment which is made there. */
  python: string;
}

/** What a node is to make of a run's requirements; `node_environment.py` reads it. */
export interface NodeEnvironment {
  /** A script of nothing but its header, for uv; without it the cluster's Python runs as it is. */
  script?: string;
  /** What uv is told of the version; the cluster's own where it is missing. */
  python_version?: string;
  /** The minor versions that fit, where no environment is made. */
  minors?: string[];
  /** What is installed where the node has no uv. */
  uv_release: string;
  /** What people read while it is made. */
  label: string;
}

export interface ClusterPlan {
  run: RunStep;
  environment: NodeEnvironment;
  /** What the program itself needs on the node; by path. */
  control: Record<string, string>;
  resolvedDependencies: string[];
  note?: string;
}

/** How a script is run on a node of a cluster. `onNode`: where it, its folder and so on lie there. */
export async function planOnCluster(
  request: RunRequest,
  onNode: { scriptPath?: string; cwd: string; importDirectory?: string },
  places: ClusterPlaces,
  baseEnv: Record<string, string>,
): Promise<ClusterPlan> {
  if (notebookOf(request) !== undefined) {
    throw new UserError(
      "Cannot run a notebook with run_on: ray: it needs what is installed here alone. Run it " +
        "without run_on, or convert it to a script (jupyter nbconvert --to script).",
    );
  }
  const { needs, version, label, note } = await needsOf(request, baseEnv);
  const runtime = `${places.control}/runtime`;
  const hooks = onNode.importDirectory === undefined
    ? `${runtime}/hook`
    : `${runtime}/directory:${runtime}/hook`;
  const script = onNode.scriptPath === undefined ? ["-m", request.module!] : [onNode.scriptPath];
  const env: EnvChanges = {
    MPLBACKEND: "Agg",
    ...request.env,
    PYTHONPATH: hooks,
    ...(onNode.importDirectory === undefined
      ? {}
      : { PYTHON_MCP_IMPORT_DIRECTORY: onNode.importDirectory }),
  };
  return {
    run: {
      argv: [places.python, ...script, ...request.args],
      cwd: onNode.cwd,
      env,
      ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
    },
    environment: {
      label,
      uv_release: pinnedUv,
      ...await wishes(version, needs !== undefined),
      ...(needs && { script: await canonicalScript(needs) + settingsComment(request, baseEnv) }),
    },
    control: {
      ...Object.fromEntries(
        Object.entries(SCRIPT_RUNTIME_FILES)
          .filter(([path]) => !path.endsWith("/"))
          .map(([path, text]) => [`runtime/${path}`, text]),
      ),
      ...(needs ? { "prepare_environment.py": prepareEnvironment } : {}),
    },
    resolvedDependencies: needs?.dependencies.map(hideSecrets) ?? [],
    ...(note === undefined ? {} : { note }),
  };
}

async function wishes(
  version: string | undefined,
  byUv: boolean,
): Promise<Pick<NodeEnvironment, "python_version" | "minors">> {
  if (version === undefined) return {};
  const { text, matches } = await parsePythonVersion(version);
  if (byUv) return { python_version: text };
  const minors = Array.from({ length: 40 }, (_, minor) => `3.${minor}`)
    .filter((minor) => Array.from({ length: 40 }, (_, n) => `${minor}.${n}`).some(matches));
  return { python_version: text, minors };
}

/** The same requirements from another index are another environment. */
function settingsComment({ env }: RunRequest, baseEnv: Record<string, string>): string {
  const settings = uvSettings({ ...baseEnv, ...withoutRemovals(env) });
  return settings === "" ? "" : settings.split("\n").map((line) => `# ${line}\n`).join("");
}

interface ClusterNeeds {
  /** None where the cluster's Python runs as it is. */
  needs?: ScriptNeeds;
  version?: string;
  label: string;
  note?: string;
}

async function needsOf(
  request: RunRequest,
  baseEnv: Record<string, string>,
): Promise<ClusterNeeds> {
  const asked = request.pythonVersion;
  if (asked !== undefined && isPythonPath(asked, request.cwd)) {
    throw new UserError(
      `Cannot use python_version ${asked} with run_on: ray: a path of this machine says nothing on ` +
        "the cluster. Give a version such as 3.12.",
    );
  }
  if (!request.useUv) return { version: asked, label: "" };
  const header = request.module === undefined
    ? await readScriptMetadata(request.source)
    : undefined;
  const isDeclared = header !== undefined || request.dependencies !== undefined;
  const place = firstOnPath(request);
  const reads = request.projectDirectory !== undefined &&
    (!isDeclared || request.projectUse === "added");
  const surroundings = reads
    ? await findSurroundings([place, request.projectDirectory!], baseEnv)
    : NOTHING;
  const version = asked ?? header?.requiresPython ?? surroundings.project?.requiresPython;
  const chosen = await chooseRequirements({
    source: request.source,
    ...askedRequirements(request),
    header,
    surroundings,
    findOwnCode: () => OwnCode.around([place, request.cwd], baseEnv, request.contents),
  });
  const { label } = chosen;
  const { needs, note = chosen.note } = await needsOnCluster(
    chosen.recipe,
    chosen.dependencies,
    place,
  );
  // A script of Ray itself runs on the cluster's Python, which has it in the right version.
  const isNothing = needs.dependencies.every((one) => one === "ray") && asked === undefined;
  return isNothing ? { label, note } : { needs, version, label, note };
}
