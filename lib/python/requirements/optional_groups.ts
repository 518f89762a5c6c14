import { join } from "node:path";
import { stringsOf, tableOf } from "./absolute_paths.ts";
import { upwards } from "./find_surroundings.ts";
import { groupDependencies, type Pyproject, readPyproject } from "./read_pyproject.ts";
import { normalizeName, requirementName } from "../source/requirement.ts";

/**
 * Where the project around a folder asks for a distribution without its being installed for every
 * run, such as ``the group `test` of /x/pyproject.toml``; `undefined` where it does not.
 */
export async function optionalGroupWith(
  distribution: string,
  folder: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  for (const above of upwards(folder, env)) {
    const path = join(above, "pyproject.toml");
    const pyproject = await readPyproject(path).catch(() => undefined);
    if (!pyproject) continue;
    const found = groupsOf(pyproject).find(([, all]) =>
      all.some((one) => names(one, distribution))
    );
    return found && `the ${found[0]} of ${path}`;
  }
}

function groupsOf({ table }: Pyproject): [string, string[]][] {
  const groups = tableOf(table["dependency-groups"]);
  const extras = tableOf(tableOf(table.project)["optional-dependencies"]);
  const ofPoetry = tableOf(tableOf(tableOf(table.tool).poetry).group);
  return [
    ...Object.keys(groups).map((name): [string, string[]] => [
      `group \`${name}\``,
      groupDependencies(groups, name),
    ]),
    ...Object.entries(extras).map(([name, all]): [string, string[]] => [
      `extra \`${name}\``,
      stringsOf(all),
    ]),
    ...Object.entries(ofPoetry).map(([name, group]): [string, string[]] => [
      `group \`${name}\``,
      Object.keys(tableOf(tableOf(group).dependencies)),
    ]),
  ];
}

function names(requirement: string, distribution: string): boolean {
  try {
    return requirementName(requirement) === normalizeName(distribution);
  } catch {
    return false; // uv names what is wrong with it
  }
}
