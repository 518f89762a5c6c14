import { readIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";

/** What a `pyproject.toml` says about a project's needs. */
export interface Pyproject {
  text: string;
  name: string;
  dependencies: string[];
  groupDependencies: string[];
  requiresPython?: string;
  toolUv: Record<string, unknown>;
  isPackage: boolean;
}

type Table = Record<string, unknown>;

/**
 * Reads `[project]` (PEP 621), `[dependency-groups]` (PEP 735) and `[tool.uv]`; `undefined` where
 * there is no such file, or none with a `[project]` table, which are settings of other tools.
 */
export async function readPyproject(path: string): Promise<Pyproject | undefined> {
  const text = readIfThere(path);
  if (text === undefined || !/^\s*\[\s*project\s*\]/m.test(text)) return undefined;
  const { parse } = await import("smol-toml");
  let table: Table;
  try {
    table = parse(text);
  } catch (error) {
    const what = (error as Error).message.split("\n")[0];
    throw new UserError(
      `Cannot read the project in ${path}: ${what}. Correct the file, or run the script with a ` +
        "PEP 723 header or explicit `dependencies`, which make the project not count.",
    );
  }
  const project = tableOf(table.project);
  const toolUv = tableOf(tableOf(table.tool).uv);
  const requires = project["requires-python"];
  return {
    text,
    name: typeof project.name === "string" ? project.name : "project",
    dependencies: stringsOf(project.dependencies),
    groupDependencies: [...defaultGroups(table, toolUv), ...stringsOf(toolUv["dev-dependencies"])],
    ...(typeof requires === "string" ? { requiresPython: requires } : {}),
    toolUv,
    isPackage: typeof toolUv.package === "boolean"
      ? toolUv.package
      : table["build-system"] !== undefined,
  };
}

/** What uv installs of the groups without being asked: `dev`, or those that `default-groups` names. */
function defaultGroups(table: Table, toolUv: Table): string[] {
  const groups = tableOf(table["dependency-groups"]);
  const names = toolUv["default-groups"] === "all"
    ? Object.keys(groups)
    : toolUv["default-groups"] === undefined
    ? ["dev"]
    : stringsOf(toolUv["default-groups"]);
  const found = new Set<string>();
  const add = (name: string, within: string[]) => {
    const group = groups[name];
    if (!Array.isArray(group) || within.includes(name)) return;
    for (const item of group) {
      if (typeof item === "string") found.add(item);
      else add(String(tableOf(item)["include-group"] ?? ""), [...within, name]);
    }
  };
  for (const name of names) add(name, []);
  return [...found];
}

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Table : {};
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
