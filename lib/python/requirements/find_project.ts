import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { exists, readIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { readPyproject } from "./read_pyproject.ts";

/** A Python project: a folder whose `pyproject.toml` has a `[project]` table. */
export interface Project {
  folder: string;
  name: string;
  /** What it needs at run time, PEP 621. */
  dependencies: string[];
  /** What its default groups (`dev`, unless it names others) add, PEP 735. */
  groupDependencies: string[];
  requiresPython?: string;
  toolUv: Record<string, unknown>;
  /** Whether the project is itself installed, so that its scripts can import it. */
  isPackage: boolean;
  /** The path of its `uv.lock`, or of that of its workspace. */
  lock?: string;
  /** Changes whenever its environment may have to. */
  fingerprint: string;
}

/** What lies around a script and says what it needs. */
export interface Surroundings {
  project?: Project;
  /** The folder of a virtual environment, where there is no project. */
  venv?: string;
  /** The path of a `requirements.txt`, where there is neither. */
  requirements?: string;
  /** The first line of a `.python-version` that names a version. */
  pythonVersion?: string;
}

/**
 * Looks for what says which environment scripts of a folder run in. A project may be some folders
 * further up, as uv has it, but not above the repository (`.git`) or in the user's home folder.
 */
export async function findSurroundings(
  directory: string,
  env: Record<string, string>,
): Promise<Surroundings> {
  const found: Surroundings = {};
  for (const folder of upwards(directory, env)) {
    found.pythonVersion ??= pinnedVersion(folder);
    found.project = await projectIn(folder);
    if (found.project) return { project: found.project, pythonVersion: found.pythonVersion };
    if (found.venv === undefined && exists(join(folder, ".venv/pyvenv.cfg"))) {
      found.venv = join(folder, ".venv");
    }
  }
  if (found.venv === undefined && exists(join(directory, "requirements.txt"))) {
    found.requirements = join(directory, "requirements.txt");
  }
  return found;
}

function* upwards(directory: string, env: Record<string, string>): Generator<string> {
  let folder = directory;
  while (true) {
    yield folder;
    const above = dirname(folder);
    if (above === folder || above === "/" || above === env.HOME) return;
    if (exists(join(folder, ".git"))) return;
    folder = above;
  }
}

async function projectIn(folder: string): Promise<Project | undefined> {
  const pyproject = await readPyproject(join(folder, "pyproject.toml"));
  if (!pyproject || pyproject.toolUv.managed === false) return undefined;
  const { text: _, ...declared } = pyproject;
  const workspace = await workspaceAround(folder);
  const lock = [folder, workspace].filter((one) => one !== undefined)
    .map((one) => join(one, "uv.lock")).find((path) => exists(path));
  const files = ["pyproject.toml", "uv.lock", "uv.toml", "setup.py", "setup.cfg"];
  const hash = createHash("sha256").update(folder);
  for (const inside of [folder, workspace]) {
    for (const file of inside === undefined ? [] : files) {
      hash.update(`\0${file}\0`).update(readIfThere(join(inside!, file)) ?? "");
    }
  }
  return {
    ...declared,
    folder,
    ...(lock === undefined ? {} : { lock }),
    fingerprint: hash.digest("hex"),
  };
}

/** The root of the uv workspace that a project is a member of. */
async function workspaceAround(folder: string): Promise<string | undefined> {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const text = readIfThere(join(above, "pyproject.toml"));
    if (text?.includes("workspace")) {
      const { parse } = await import("smol-toml");
      try {
        const tool = parse(text).tool as { uv?: { workspace?: unknown } } | undefined;
        if (tool?.uv?.workspace !== undefined) return above;
      } catch (error) {
        throw new UserError(
          `Cannot read ${join(above, "pyproject.toml")}: ${(error as Error).message}`,
        );
      }
    }
  }
  return undefined;
}

/** The version that a `.python-version` asks for; names such as `pypy3.9` are not for us. */
function pinnedVersion(folder: string): string | undefined {
  const lines = (readIfThere(join(folder, ".python-version")) ?? "").split("\n");
  const first = lines.map((line) => line.replace(/#.*/, "").trim()).find((line) => line !== "");
  return /^(?:cpython[-@]?|python-?)?(3(?:\.\d+){1,2})$/.exec(first ?? "")?.[1];
}
