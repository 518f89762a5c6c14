import { UserError } from "../base/user_error.ts";
import {
  defaultInterpreter,
  findInterpreter,
  type Interpreter,
} from "./interpreters/find_interpreters.ts";
import type { Surroundings } from "./requirements/find_surroundings.ts";
import { parsePythonVersion, type PythonVersion } from "./interpreters/python_version.ts";
import type { BasePython } from "./environment/script_environment.ts";

/** Who may say which Python a script runs on, the strongest first. */
export interface PythonWishes {
  /** `python_version`. */
  asked?: string;
  /** The header's `requires-python`. */
  header?: string;
  surroundings: Surroundings;
}

/**
 * The Python for a script: an interpreter of this machine, else a version for uv to download.
 *
 * `.python-version` counts as far as it can be had here: it often names the patch release of another
 * machine, and tools that take it literally fail in such a folder.
 */
export async function choosePython(
  { asked, header, surroundings: { project, pythonVersion } }: PythonWishes,
  env: Record<string, string>,
): Promise<{ base: BasePython; note?: string }> {
  if (asked !== undefined) {
    return { base: await hereOrDownload(await parsePythonVersion(asked), undefined, env) };
  }
  if (header !== undefined) {
    const wanted = await parsePythonVersion(header, "requires-python");
    return { base: await hereOrDownload(wanted, "requires-python of the script's header", env) };
  }
  const demanding = `requires-python of ${project?.folder}`;
  const range = project?.requiresPython === undefined
    ? undefined
    : await parsePythonVersion(project.requiresPython, demanding);
  if (pythonVersion !== undefined) {
    const pinned = await findPinned(pythonVersion, range, env);
    if (pinned) return { base: { path: pinned.path } };
  }
  const base = range
    ? await hereOrDownload(range, demanding, env)
    : { path: defaultInterpreter(env) };
  const note = `The Python ${pythonVersion} of .python-version was not found here`;
  return { base, ...(pythonVersion === undefined ? {} : { note }) };
}

async function hereOrDownload(
  wanted: PythonVersion,
  demandedBy: string | undefined,
  env: Record<string, string>,
): Promise<BasePython> {
  const found = await find(wanted, env);
  return found ? { path: found.path } : { download: wanted.text, demandedBy };
}

/** The very version, else another release of the same minor version. */
async function findPinned(
  version: string,
  range: PythonVersion | undefined,
  env: Record<string, string>,
): Promise<Interpreter | undefined> {
  const minor = version.split(".").slice(0, 2).join(".");
  for (const text of new Set([version, minor])) {
    try {
      const found = await find(await parsePythonVersion(text, ".python-version"), env);
      if (found && (range?.matches(found.version) ?? true)) return found;
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // too old for us
    }
  }
  return undefined;
}

async function find(
  wanted: PythonVersion,
  env: Record<string, string>,
): Promise<Interpreter | undefined> {
  try {
    return await findInterpreter(wanted, env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
