import { UserError } from "../base/user_error.ts";
import type { Recipe } from "./requirements/recipe.ts";
import { stringsOf, tableOf } from "./requirements/absolute_paths.ts";
import { hasLocalSource, type ScriptNeeds } from "./requirements/canonical_script.ts";
import type { Project } from "./requirements/find_project.ts";
import { projectSettings } from "./requirements/project_settings.ts";
import { normalizeName, requirementName } from "./source/requirement.ts";
import { noteOfProject } from "./requirements/requirements_around.ts";
import { lockedVersions } from "./requirements/uv_lock.ts";

/** It has to be the cluster's own release: another one could not connect. */
const OF_THE_CLUSTER = "ray==";

/**
 * What uv resolves on a node of a cluster, where only packages from indexes and URLs can be had. `note`:
 * what people should know of it, where that is not what holds here.
 *
 * @throws UserError where the environment can only be made beside files of this machine
 */
export async function needsOnCluster(
  recipe: Recipe,
  dependencies: string[],
  folder: string,
): Promise<{ needs: ScriptNeeds; note?: string }> {
  switch (recipe.kind) {
    case "script":
      return { needs: withoutLocal(recipe.needs) };
    case "project":
      return await projectNeeds(recipe.project, dependencies);
    case "requirements":
      if (recipe.file.hasLocalSource) throw isLocal();
      return { needs: withoutLocal({ dependencies, folder }) };
    case "package":
      throw isLocal();
  }
}

async function projectNeeds(
  project: Project,
  dependencies: string[],
): Promise<{ needs: ScriptNeeds; note: string }> {
  // Only a build of it tells what it needs.
  if (project.pyproject.isDynamic) throw isLocal();
  const settings = projectSettings(project);
  const locked = await lockedVersions(project);
  const constraints = [
    ...stringsOf(settings["constraint-dependencies"]),
    ...(locked ?? []).filter((one) => !one.startsWith(OF_THE_CLUSTER)),
  ];
  const toolUv = constraints.length === 0
    ? settings
    : { ...settings, "constraint-dependencies": constraints };
  return {
    needs: withoutLocal({ dependencies, toolUv, folder: project.folder }),
    note: noteOfProject(project, locked !== undefined),
  };
}

/** Without the places on this machine of packages that are not asked for. */
function withoutLocal(needs: ScriptNeeds): ScriptNeeds {
  const { dependencies, toolUv } = needs;
  const names = new Set(dependencies.map(requirementName));
  const places = Object.entries(tableOf(toolUv?.sources));
  const local = new Set(
    places.filter(([, place]) => [place].flat().some((one) => "path" in tableOf(one)))
      .map(([name]) => name),
  );
  const isAsked = [...local].some((name) => names.has(normalizeName(name)));
  if (isAsked || hasLocalSource({ dependencies, folder: needs.folder })) throw isLocal();
  if (local.size === 0) return needs;
  const sources = Object.fromEntries(places.filter(([name]) => !local.has(name)));
  return { ...needs, toolUv: { ...toolUv, sources } };
}

function isLocal(): UserError {
  return new UserError(
    "Cannot make the environment on the cluster: a part of it is built from a folder of this machine. " +
      "Name what the script needs in `dependencies`, from an index or a URL.",
  );
}
