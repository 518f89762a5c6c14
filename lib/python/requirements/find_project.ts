import { lazyCrypto } from "../../base/lazy_node.ts";
import { basename, join, resolve } from "node:path";
import { exists, readIfThere, statIfThere } from "../../base/private_files.ts";
import { stringsOf, tableOf } from "./absolute_paths.ts";
import { readPyproject } from "./read_pyproject.ts";
import { type Member, type Workspace, workspaceOf } from "./workspace.ts";

/** A Python project as uv sees it: a folder whose `pyproject.toml` says that it is one. */
export interface Project extends Member {
  /** What people call it. */
  name: string;
  workspace: Workspace;
  /** What it needs at run time; for a workspace's root without a project, what its members need. */
  dependencies: string[];
  /** What its default groups (`dev`, unless it names others) add, PEP 735. */
  groupDependencies: string[];
  /** What all projects that uv resolves together allow. */
  requiresPython?: string;
  /** The path of the `uv.lock` that counts for it. */
  lock?: string;
  /** Without one, the path of another tool's, which uv does not read. */
  unreadLock?: string;
  /** Changes whenever its environment may have to. */
  fingerprint: string;
  /** Whether something is installed from a folder or file that may change without it. */
  hasLocalSource: boolean;
}

const OTHER_LOCKS = ["poetry.lock", "pdm.lock", "pylock.toml"];

/** The project whose `pyproject.toml` lies in a folder, unless that is only settings of other tools. */
export async function projectIn(folder: string): Promise<Project | undefined> {
  const pyproject = await readPyproject(join(folder, "pyproject.toml"));
  if (!pyproject || pyproject.toolUv.managed === false) return undefined;
  if (pyproject.name === undefined && !pyproject.workspace) return undefined;
  const workspace = await workspaceOf({ folder, pyproject });
  const { root, members } = workspace;
  const all = [root, ...members];
  const installed = pyproject.name === undefined ? all : [{ folder, pyproject }];
  const ranges = all.map((one) => one.pyproject.requiresPython).filter((one) => one !== undefined);
  const lock = join(root.folder, "uv.lock");
  const unreadLock = OTHER_LOCKS.flatMap((name) => [join(folder, name), join(root.folder, name)])
    .find((path) => exists(path));
  const sources = all.flatMap(sourceFolders);
  return {
    folder,
    pyproject,
    name: pyproject.name ?? basename(folder),
    workspace,
    dependencies: [...new Set(installed.flatMap((one) => one.pyproject.dependencies))],
    groupDependencies: pyproject.groupDependencies,
    ...(ranges.length === 0 ? {} : { requiresPython: [...new Set(ranges)].join(",") }),
    ...(exists(lock) ? { lock } : unreadLock === undefined ? {} : { unreadLock }),
    fingerprint: fingerprintOf(folder, all, sources),
    hasLocalSource: sources.length > 0,
  };
}

/** What `[tool.uv.sources]` names by a path. */
function sourceFolders({ folder, pyproject }: Member): string[] {
  return Object.values(tableOf(pyproject.toolUv.sources)).flat()
    .map((source) => tableOf(source).path).filter((path) => typeof path === "string")
    .map((path) => resolve(folder, path));
}

function fingerprintOf(folder: string, members: Member[], sources: string[]): string {
  const files = ["pyproject.toml", "uv.lock", "uv.toml", "setup.py", "setup.cfg"];
  const hash = lazyCrypto().createHash("sha256").update(folder);
  const add = (path: string) => hash.update(`\0${path}\0`).update(readIfThere(path) ?? "");
  for (const member of members) {
    for (const file of files) add(join(member.folder, file));
    if (member.pyproject.isDynamic) dynamicFiles(member).forEach(add);
  }
  for (const source of sources.filter((one) => statIfThere(one)?.isDirectory)) {
    for (const file of files) add(join(source, file));
  }
  return hash.digest("hex");
}

/** The files that a build usually reads requirements from. */
function dynamicFiles({ folder, pyproject }: Member): string[] {
  const { setuptools, hatch } = tableOf(pyproject.table.tool);
  const declared = Object.values(tableOf(tableOf(setuptools).dynamic))
    .flatMap((one) => [tableOf(one).file].flat());
  const hooks = tableOf(tableOf(tableOf(hatch).metadata).hooks);
  const named = [...declared, ...stringsOf(tableOf(hooks.requirements_txt).files)];
  return ["requirements.txt", "requirements.in", ...stringsOf(named)]
    .map((name) => join(folder, name));
}
