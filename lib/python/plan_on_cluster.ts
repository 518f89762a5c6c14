import type { EnvChanges, RunStep } from "../base/command.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { UserError } from "../base/user_error.ts";
import { PREPARE_PROGRAM } from "./environment/prepare_program.ts";
import { pinnedUv } from "./environment/find_uv.ts";
import { uvSettings } from "./environment/uv_settings.ts";
import { isPythonPath } from "./interpreters/python_at_path.ts";
import { parsePythonVersion, type PythonVersion } from "./interpreters/python_version.ts";
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
  /** The version that was asked for, for errors; the cluster's own where it is missing. */
  python_version?: string;
  /** What fits it; see {@linkcode versionsThatFit}. */
  fits?: string[];
  /** Where its own Python fits, no environment is made. */
  needs_only_ray?: boolean;
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
      "Cannot run a notebook with run_on: ray: what runs notebooks is installed on this machine only. Run it " +
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
      ...await wishes(version),
      needs_only_ray: needs && needsOnlyRay(needs),
      ...(needs && { script: await canonicalScript(needs) + settingsComment(request, baseEnv) }),
    },
    control: {
      ...Object.fromEntries(
        Object.entries(SCRIPT_RUNTIME_FILES)
          .filter(([path]) => !path.endsWith("/"))
          .map(([path, text]) => [`runtime/${path}`, text]),
      ),
      ...(needs ? PREPARE_PROGRAM : {}),
    },
    resolvedDependencies: needs?.dependencies.map(hideSecrets) ?? [],
    ...(note === undefined ? {} : { note }),
  };
}

/** Of minor versions and of releases of each, more than there will be soon. */
const VERSIONS = Array.from({ length: 40 }, (_, n) => n);

async function wishes(
  version: string | undefined,
): Promise<Pick<NodeEnvironment, "python_version" | "fits">> {
  if (version === undefined) return {};
  const asked = await parsePythonVersion(version);
  return { python_version: asked.text, fits: versionsThatFit(asked) };
}

/** Whole minor versions (`3.12`) and single ones (`3.12.4`). */
export function versionsThatFit({ matches }: PythonVersion): string[] {
  return VERSIONS.flatMap((minor) => {
    const releases = VERSIONS.map((n) => `3.${minor}.${n}`).filter(matches);
    return releases.length === VERSIONS.length ? [`3.${minor}`] : releases;
  });
}

/** It runs on the cluster's Python, which has Ray in the right version. */
function needsOnlyRay({ dependencies }: ScriptNeeds): boolean {
  return dependencies.every((one) => one === "ray");
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
      `Cannot use python_version ${asked} with run_on: ray: a path of this machine means nothing on ` +
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
  const isNothing = needs.dependencies.length === 0 ||
    (version === undefined && needsOnlyRay(needs));
  return { needs: isNothing ? undefined : needs, version, label, note };
}
