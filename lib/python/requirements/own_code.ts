import { join } from "node:path";
import { exists } from "../../base/private_files.ts";
import { LocalModules } from "../source/local_modules.ts";
import { stringsOf, tableOf } from "./absolute_paths.ts";
import { upwards } from "./find_surroundings.ts";
import { type Pyproject, readPyproject } from "./read_pyproject.ts";
import { type Member, workspaceOf } from "./workspace.ts";

/** A module of the user's own. */
export interface OwnModule {
  name: string;
  /** From where on it would have to be on `sys.path`: such as a project's `src`. */
  root: string;
}

/**
 * The modules that are the user's own, whether or not a script can import them: no distribution of
 * the same name stands in for them.
 */
export class OwnCode {
  readonly #folders: LocalModules[];

  private constructor(folders: string[], private readonly declared: Map<string, string>) {
    this.#folders = [...new Set(folders)].map((folder) => new LocalModules(folder));
  }

  /**
   * Looks in the places themselves, in the project around the first, and in what that declares.
   *
   * @param places the script's folder, its working directory
   * @param contents modules that come with the script, in a zip file
   */
  static async around(
    places: string[],
    env: Record<string, string>,
    contents: string[] = [],
  ): Promise<OwnCode> {
    const folders = [...places];
    const declared = new Map(contents.map((name) => [name, places[0]!]));
    for (const folder of places.flatMap((place) => projectRoot(place, env) ?? [])) {
      folders.push(folder, join(folder, "src"));
      // A file that cannot be read is named where it counts.
      const pyproject = await readPyproject(join(folder, "pyproject.toml")).catch(() => undefined);
      for (const member of pyproject ? await membersOf({ folder, pyproject }) : []) {
        folders.push(member.folder, join(member.folder, "src"));
        for (const name of declaredModules(member.pyproject)) declared.set(name, member.folder);
      }
    }
    return new OwnCode(folders, declared);
  }

  /** The module or package of this top-level name, if it is the user's own. */
  find(name: string): OwnModule | undefined {
    const folder = this.#folders.find((one) => one.has(name))?.directory;
    const root = folder ?? this.declared.get(name);
    return root === undefined ? undefined : { name, root };
  }
}

/** The next folder upwards that holds a project, or the repository's. */
function projectRoot(place: string, env: Record<string, string>): string | undefined {
  const marks = ["pyproject.toml", "setup.py", "setup.cfg", ".git"];
  for (const folder of upwards(place, env)) {
    if (marks.some((name) => exists(join(folder, name)))) return folder;
  }
}

async function membersOf(project: Member): Promise<Member[]> {
  try {
    const { root, members } = await workspaceOf(project);
    return [project, root, ...members];
  } catch {
    return [project];
  }
}

/** The top-level modules that a project says it has: by its name, and where its tools are told. */
function declaredModules({ table, name }: Pyproject): string[] {
  const { poetry, setuptools, hatch } = tableOf(table.tool);
  const { packages, "py-modules": modules } = tableOf(setuptools);
  const wheel = tableOf(tableOf(tableOf(tableOf(hatch).build).targets).wheel);
  const ofPoetry = [tableOf(poetry).packages ?? []].flat().map((one) => tableOf(one).include);
  const named = [name, tableOf(poetry).name].filter((one) => typeof one === "string")
    .map((one) => one.toLowerCase().replace(/[-.]+/g, "_"));
  const paths = [
    ...stringsOf(packages),
    ...stringsOf(modules),
    ...stringsOf(wheel.packages),
    ...stringsOf(ofPoetry),
  ];
  return [...named, ...paths.map((path) => path.replace(/^src\//, "").split(/[./]/)[0]!)];
}
