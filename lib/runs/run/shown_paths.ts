import { dirname, join } from "node:path";
import { isLink } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { isPythonPath } from "../../python/interpreters/python_at_path.ts";
import { placesOf, shows } from "../../python/sandbox/places.ts";
import { requireShown } from "../../python/sandbox/sandbox_step.ts";
import type { Settings } from "../settings.ts";

/** The paths that a caller may name, by their parameters. */
export interface NamedPaths {
  directory?: string;
  script_path?: string;
  path?: string;
  env_file?: string;
  python_version?: string;
}

/**
 * Refuses paths that lead to what the sandbox hides, before anything there is read: a script may have
 * put links where it can write.
 *
 * @param base what a relative path starts from
 * @throws UserError that names the parameter
 */
export function requireShownPaths(
  settings: Pick<Settings, "home" | "sandbox" | "env">,
  level: SandboxLevel,
  base: string,
  { python_version, ...paths }: NamedPaths,
): void {
  if (level === "off") return;
  const places = placesOf(settings.home, settings.sandbox, settings.env);
  const isPath = python_version !== undefined && isPythonPath(python_version, base);
  const named = { ...paths, ...(isPath ? { python_version: python_version.trim() } : {}) };
  for (const [what, path] of Object.entries(named)) {
    if (path === undefined) continue;
    const absolute = resolvePath(path, base, settings.env);
    // An environment's Python leads to another place than its packages.
    const isShown = (one: string) =>
      shows(places, one) && (what !== "python_version" || shows(places, dirname(one)));
    requireShown(what, absolute, level, isShown);
  }
}

/** What the server reads around a script, to know what it needs. */
const READ_OF_PROJECTS = [
  ...["pyproject.toml", "uv.toml", "uv.lock", "setup.py", "setup.cfg", ".python-version"],
  ...["requirements.txt", "requirements.in"],
];

/**
 * The same for the files of the project around a script: what a link in the place of one leads to would
 * be told in errors, and copied to where the script can read it.
 *
 * @param folder where the search for a project begins
 * @throws UserError that names the file
 */
export function requireShownProject(
  settings: Pick<Settings, "home" | "sandbox" | "env">,
  level: SandboxLevel,
  folder: string | undefined,
): void {
  if (level === "off" || folder === undefined) return;
  const { home, sandbox, env } = settings;
  const places = placesOf(home, sandbox, env);
  // Above what is shown no script makes links.
  for (let above = folder; above !== "/" && shows(places, above); above = dirname(above)) {
    for (const name of READ_OF_PROJECTS) {
      const path = join(above, name);
      if (isLink(path)) requireShown(name, path, level, (one) => shows(places, one));
    }
  }
}
