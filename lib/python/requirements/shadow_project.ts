import { join, normalize } from "node:path";
import { readPyproject, readToml } from "./read_pyproject.ts";
import { stringsOf, type Table, tableOf, withAbsolutePaths } from "./absolute_paths.ts";

/**
 * The files under which uv resolves a workspace without writing into it: from a folder of ours that
 * holds these, and links to all else that lies in the root. The members are named by where they are.
 */
export async function shadowFiles(root: string): Promise<Record<string, string>> {
  const { stringify } = await import("smol-toml");
  const files: Record<string, string> = {};
  const write = (name: string, table: Table) =>
    files[name] = stringify(table, { numbersAsFloat: true });
  const pyproject = await readPyproject(join(root, "pyproject.toml"));
  if (pyproject) {
    const { table, toolUv } = pyproject;
    const uv = { ...withAbsolutePaths(toolUv, root), ...workspaceFrom(toolUv.workspace, root) };
    const isMentioned = Object.keys(uv).length > 0;
    write(
      "pyproject.toml",
      isMentioned ? { ...table, tool: { ...tableOf(table.tool), uv } } : table,
    );
  }
  const settings = await readToml(join(root, "uv.toml"));
  if (settings) write("uv.toml", withAbsolutePaths(settings, root));
  return files;
}

function workspaceFrom(workspace: unknown, root: string): { workspace?: Table } {
  if (workspace === undefined) return {};
  const { members, exclude } = tableOf(workspace);
  const literally = root.replace(/[[\]*?]/g, "[$&]");
  const whole = (patterns: unknown) =>
    stringsOf(patterns).map((one) => one.startsWith("/") ? one : join(literally, normalize(one)));
  // The root is no member of itself, and here it would look like one.
  return { workspace: { members: whole(members), exclude: [...whole(exclude), literally] } };
}
