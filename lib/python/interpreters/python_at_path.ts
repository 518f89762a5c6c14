import { dirname, join, resolve } from "node:path";
import { exists, statIfThere } from "../../base/private_files.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { UserError } from "../../base/user_error.ts";
import { type Environment, environmentIn, looksLikeEnvironment } from "./environment_at.ts";
import { executableAt } from "./find_executables.ts";
import { interpreterVersion } from "./find_interpreters.ts";
import { isSupportedVersion, oldestSupported } from "./python_version.ts";

/** An interpreter that a caller named by a path. */
export interface PythonAtPath {
  python: string;
  /** The environment that it belongs to, unless it is an installation's own. */
  environment?: Environment;
}

/** Whether `python_version` is the path of an interpreter or of an environment, and no version. */
export function isPythonPath(text: string, directory: string): boolean {
  const trimmed = text.trim();
  return trimmed.includes("/") ||
    (/^[^\d<>=!~]/.test(trimmed) && exists(resolve(directory, trimmed)));
}

/**
 * The Python at a path: an interpreter, or a folder that has one in `bin`.
 *
 * @param directory what a relative path starts from
 * @throws {UserError} where there is none, or one that is too old
 */
export async function pythonAtPath(
  text: string,
  directory: string,
  env: Record<string, string>,
): Promise<PythonAtPath> {
  const path = resolvePath(text.trim(), directory, env);
  const python = interpreterAt(path);
  const version = await interpreterVersion(python);
  if (version === undefined) throw cannotUse(path, `${python} does not answer as a Python does`);
  if (!isSupportedVersion(version)) {
    throw cannotUse(path, `it is Python ${version}, and scripts need ${oldestSupported} or newer`);
  }
  const folder = dirname(dirname(python));
  return {
    python,
    ...(looksLikeEnvironment(folder) ? { environment: environmentIn(folder) } : {}),
  };
}

function interpreterAt(path: string): string {
  const info = statIfThere(path);
  if (!info) throw cannotUse(path, "nothing is there");
  const places = info.isDirectory
    ? ["bin/python", "bin/python3"].map((one) => join(path, one))
    : [path];
  const found = places.find((place) => executableAt(place) !== undefined);
  if (found !== undefined) return found;
  throw cannotUse(
    path,
    info.isDirectory
      ? "the folder has no Python in `bin`"
      : "it is not an interpreter, but a file that cannot be run or a script that starts one, such as pyenv's shims",
  );
}

function cannotUse(path: string, why: string): UserError {
  return new UserError(
    `Cannot use python_version ${path}: ${why}. Give the path of an interpreter or of an ` +
      "environment's folder, or a version such as 3.12.",
  );
}
