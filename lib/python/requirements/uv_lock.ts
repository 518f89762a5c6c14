import { stringsOf, tableOf } from "./absolute_paths.ts";
import type { Project } from "./find_project.ts";
import { readToml } from "./read_pyproject.ts";
import { normalizeName, parseRequirement } from "../source/requirement.ts";

type Table = Record<string, unknown>;

/**
 * The versions of a project's `uv.lock` as uv's constraints, for an environment that is made where the
 * project is not. `undefined` without a lock that fits the project; uv then chooses anew here as well.
 *
 * @throws UserError when it is not TOML
 */
export async function lockedVersions(project: Project): Promise<string[] | undefined> {
  if (project.lock === undefined) return undefined;
  const packages = [(await readToml(project.lock))?.package ?? []].flat().map(tableOf);
  const own = packages.find((one) => isNamed(one, project.name));
  if (!own || !fits(own, project.dependencies)) return undefined;
  return packages.flatMap((one) => {
    const { name, version } = one;
    if (typeof name !== "string" || typeof version !== "string") return [];
    if (tableOf(one.source).registry === undefined) return [];
    // Where there are several versions of a package, these tell which one counts.
    const markers = stringsOf(one["resolution-markers"]).map((marker) => `(${marker})`);
    return [`${name}==${version}${markers.length > 0 ? ` ; ${markers.join(" or ")}` : ""}`];
  });
}

function isNamed({ name }: Table, wanted: string): boolean {
  return typeof name === "string" && normalizeName(name) === normalizeName(wanted);
}

/** Whether the lock was made for just these requirements. */
function fits(own: Table, dependencies: string[]): boolean {
  const locked = [tableOf(own.metadata)["requires-dist"] ?? []].flat().map(tableOf)
    .filter(({ marker }) => !String(marker ?? "").includes("extra =="))
    .map(({ name, specifier }) => spelled(String(name), String(specifier ?? "")));
  const asked = dependencies.map(parseRequirement)
    .map(({ name, specifier }) => spelled(name, specifier ?? ""));
  return asked.sort().join("\0") === locked.sort().join("\0");
}

function spelled(name: string, specifier: string): string {
  const parts = specifier.replaceAll(/\s/g, "").split(",").sort();
  return `${normalizeName(name)} ${parts.join(",")}`;
}
