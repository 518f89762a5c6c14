import { dirname, isAbsolute, join, matchesGlob, normalize, relative } from "node:path";
import { lazyFs } from "../../base/lazy_node.ts";
import { exists } from "../../base/private_files.ts";
import { type Pyproject, readPyproject } from "./read_pyproject.ts";

/** A folder with a `pyproject.toml`. */
export interface Member {
  folder: string;
  pyproject: Pyproject;
}

/** What uv resolves together: a root, and the projects that its patterns name. */
export interface Workspace {
  root: Member;
  /** Without the root. */
  members: Member[];
}

/**
 * The workspace of a project: its own, that of the next `pyproject.toml` above if this names it as a
 * member, else the project alone. These are uv's rules: another project in between ends the search.
 */
export async function workspaceOf(project: Member): Promise<Workspace> {
  const root = project.pyproject.workspace ? project : await rootAbove(project.folder) ?? project;
  const members = await Promise.all(
    memberFolders(root).map(async (folder): Promise<Member | undefined> => {
      const pyproject = await readPyproject(join(folder, "pyproject.toml"));
      return pyproject?.name === undefined ? undefined : { folder, pyproject };
    }),
  );
  return { root, members: members.filter((one) => one !== undefined) };
}

async function rootAbove(folder: string): Promise<Member | undefined> {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const path = join(above, "pyproject.toml");
    if (!exists(path)) continue;
    const pyproject = await readPyproject(path);
    const { members = [], exclude = [] } = pyproject?.workspace ?? {};
    const isNamed = (patterns: string[]) => patterns.some((one) => matches(folder, one, above));
    return isNamed(members) && !isNamed(exclude)
      ? { folder: above, pyproject: pyproject! }
      : undefined;
  }
}

function memberFolders({ folder, pyproject }: Member): string[] {
  const { members = [], exclude = [] } = pyproject.workspace ?? {};
  const found = members.flatMap((pattern) =>
    lazyFs().globSync(withoutDots(pattern), { cwd: folder })
  )
    .map((name) => isAbsolute(name) ? name : join(folder, name))
    .filter((one) => one !== folder && !exclude.some((pattern) => matches(one, pattern, folder)));
  return [...new Set(found)].filter((one) => exists(join(one, "pyproject.toml"))).sort();
}

function matches(folder: string, pattern: string, root: string): boolean {
  const plain = withoutDots(pattern);
  return matchesGlob(isAbsolute(plain) ? folder : relative(root, folder), plain);
}

/** `./tools/` means `tools`. */
function withoutDots(pattern: string): string {
  return normalize(pattern).replace(/(.)\/$/, "$1");
}
