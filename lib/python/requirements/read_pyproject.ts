import { readIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { stringsOf, type Table, tableOf } from "./absolute_paths.ts";

/** What a `pyproject.toml` says about a project's needs. */
export interface Pyproject {
  /** The whole file. */
  table: Table;
  /** Absent where there is no `[project]` table: then the file is a workspace's, or other tools'. */
  name?: string;
  dependencies: string[];
  /** What the default groups (`dev`, unless others are named) add, PEP 735. */
  groupDependencies: string[];
  /** Whether only a build tells what it needs (`dynamic`, PEP 621). */
  isDynamic: boolean;
  requiresPython?: string;
  toolUv: Table;
  /** `[tool.uv.workspace]`: what lies below and belongs to it, as patterns. */
  workspace?: { members: string[]; exclude: string[] };
  /** Whether the project is itself installed, so that its scripts can import it. */
  isPackage: boolean;
}

/**
 * Reads `[project]` (PEP 621), `[dependency-groups]` (PEP 735) and `[tool.uv]`; `undefined` where
 * there is no such file.
 */
export async function readPyproject(path: string): Promise<Pyproject | undefined> {
  const table = await readToml(path);
  if (table === undefined) return undefined;
  const project = tableOf(table.project);
  const toolUv = tableOf(tableOf(table.tool).uv);
  const workspace = toolUv.workspace === undefined ? undefined : tableOf(toolUv.workspace);
  const requires = project["requires-python"];
  const name = typeof project.name === "string" ? project.name : "project";
  return {
    table,
    ...(table.project === undefined ? {} : { name }),
    dependencies: stringsOf(project.dependencies),
    groupDependencies: [...defaultGroups(table, toolUv), ...stringsOf(toolUv["dev-dependencies"])],
    isDynamic: stringsOf(project.dynamic).includes("dependencies"),
    ...(typeof requires === "string" ? { requiresPython: requires } : {}),
    toolUv,
    ...(workspace === undefined ? {} : {
      workspace: { members: stringsOf(workspace.members), exclude: stringsOf(workspace.exclude) },
    }),
    isPackage: table.project !== undefined &&
      (typeof toolUv.package === "boolean" ? toolUv.package : table["build-system"] !== undefined),
  };
}

/** The content of a TOML file, `undefined` where there is none. */
export async function readToml(path: string): Promise<Table | undefined> {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const { parse } = await import("smol-toml");
  try {
    // So that whole numbers and others stay what they are when the table is written again.
    return parse(text.replace(/^\ufeff/, ""), { integersAsBigInt: true });
  } catch (error) {
    const what = (error as Error).message.split("\n")[0];
    throw new UserError(
      `Cannot read the project in ${path}: ${what}. Correct the file, or run the script with a ` +
        "PEP 723 header or explicit `dependencies`, which make the project not count.",
    );
  }
}

/** What uv installs of the groups without being asked: `dev`, or those that `default-groups` names. */
function defaultGroups(table: Table, toolUv: Table): string[] {
  const groups = tableOf(table["dependency-groups"]);
  const names = toolUv["default-groups"] === "all"
    ? Object.keys(groups)
    : toolUv["default-groups"] === undefined
    ? ["dev"]
    : stringsOf(toolUv["default-groups"]);
  return [...new Set(names.flatMap((name) => groupDependencies(groups, name)))];
}

/** The requirements of one of the `[dependency-groups]`, those of the groups that it includes too. */
export function groupDependencies(groups: Table, name: string, within: string[] = []): string[] {
  const group = groups[name];
  if (!Array.isArray(group) || within.includes(name)) return [];
  return group.flatMap((item) =>
    typeof item === "string"
      ? [item]
      : groupDependencies(groups, String(tableOf(item)["include-group"] ?? ""), [...within, name])
  );
}
