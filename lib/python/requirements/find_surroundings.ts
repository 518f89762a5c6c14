import { dirname, join } from "node:path";
import { exists, readIfThere } from "../../base/private_files.ts";
import { isCondaBase, looksLikeEnvironment } from "../interpreters/environment_at.ts";
import { type Declaration, declarationIn, unusedIn } from "./declaration.ts";
import { type Project, projectIn } from "./find_project.ts";

/** What lies around a script and says what it needs. */
export interface Surroundings {
  /** Comes first. */
  project?: Project;
  /** Folders that may be environments, the nearest first; they come second. */
  environments: string[];
  /** What says what to install where there is no project, the nearest; it comes third. */
  declaration?: Declaration;
  /** The environments that the server was started in; they come last. */
  activeEnvironments: string[];
  /** Files that say what is needed, and that are not read. */
  unused: string[];
  /** The first line of a `.python-version` that names a version. */
  pythonVersion?: string;
}

/** Where tools put a folder's environment. */
const ENVIRONMENTS = [".venv", "venv", "env", ".pixi/envs/default"];

/** As if nothing lay around a script. */
export const NOTHING: Surroundings = { environments: [], activeEnvironments: [], unused: [] };

/**
 * Looks for what says which environment a script runs in: in the folders from the first place upwards;
 * where nothing is found, from the next place. The search ends at a repository (`.git`) and below
 * the user's home folder.
 *
 * @param places the script's folder, then others that may speak for it
 */
export async function findSurroundings(
  places: readonly string[],
  env: Record<string, string>,
): Promise<Surroundings> {
  const activeEnvironments = [env.VIRTUAL_ENV, env.CONDA_PREFIX]
    .filter((folder) => folder !== undefined)
    .filter((folder) => folder.startsWith("/"))
    .filter((folder) => !(env.CONDA_DEFAULT_ENV === "base" && folder === env.CONDA_PREFIX))
    .filter((folder) => !isCondaBase(folder));
  const found: Surroundings = { environments: [], activeEnvironments, unused: [] };
  for (const place of new Set(places)) {
    for (const folder of upwards(place, env)) {
      found.pythonVersion ??= pinnedVersion(folder);
      found.project = await projectIn(folder);
      if (found.project) return found;
      found.environments.push(
        ...ENVIRONMENTS.map((name) => join(folder, name)).filter(looksLikeEnvironment),
      );
      const declaration = found.declaration === undefined ? await declarationIn(folder) : undefined;
      if (declaration) found.declaration = declaration;
      found.unused.push(...unusedIn(folder, declaration?.path));
    }
    if (found.declaration || found.environments.length > 0) return found;
  }
  return found;
}

export function* upwards(directory: string, env: Record<string, string>): Generator<string> {
  let folder = directory;
  while (true) {
    yield folder;
    const above = dirname(folder);
    if (above === folder || above === "/" || above === env.HOME) return;
    if (exists(join(folder, ".git"))) return;
    folder = above;
  }
}

/** The version that a `.python-version` asks for; names such as `pypy3.9` are not for us. */
function pinnedVersion(folder: string): string | undefined {
  const lines = (readIfThere(join(folder, ".python-version")) ?? "").split("\n");
  const first = lines.map((line) => line.replace(/#.*/, "").trim()).find((line) => line !== "");
  return /^(?:cpython[-@]?|python-?)?(3(?:\.\d+){1,2})$/.exec(first ?? "")?.[1];
}
