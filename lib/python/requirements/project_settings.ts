import { tableOf, withAbsolutePaths } from "./absolute_paths.ts";
import type { Project } from "./find_project.ts";
import { normalizeName } from "../source/requirement.ts";

/** What of a project's `[tool.uv]` is about packages and their places, not about the project. */
export function projectSettings(
  { folder, pyproject, workspace }: Project,
): Record<string, unknown> {
  const about = [
    "add-bounds",
    "build-backend",
    "cache-keys",
    "conflicts",
    "default-groups",
    "dependency-groups",
    "dev-dependencies",
    "environments",
    "managed",
    "package",
    "required-environments",
    "required-version",
    "workspace",
  ];
  const root = withAbsolutePaths(workspace.root.pyproject.toolUv, workspace.root.folder);
  const settings = Object.fromEntries(
    Object.entries(root).filter(([name]) => !about.includes(name)),
  );
  const own = withAbsolutePaths(pyproject.toolUv, folder);
  const places = new Map(
    [workspace.root, ...workspace.members].map((one) =>
      [one.pyproject.name && normalizeName(one.pyproject.name), one.folder] as const
    ),
  );
  const sources: Record<string, unknown> = { ...tableOf(root.sources), ...tableOf(own.sources) };
  for (const [name, source] of Object.entries(sources)) {
    const place = places.get(normalizeName(name));
    // Outside a workspace its members are folders like others.
    if (tableOf(source).workspace && place) sources[name] = { path: place, editable: true };
  }
  const { name } = pyproject;
  if (pyproject.isDynamic && name !== undefined) sources[name] = { path: folder, editable: true };
  return Object.keys(sources).length > 0 ? { ...settings, sources } : settings;
}
