import { statIfThere } from "../../base/private_files.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { UserError } from "../../base/user_error.ts";
import { declareUtf8, readSource, splitByteOrderMark } from "../../python/source/source_text.ts";

/** The longest source that is run, in bytes of UTF-8. */
const LONGEST_SOURCE = 5 * 1024 * 1024;

/** A script as the caller named it: text to write somewhere, or a file that is there. */
export interface ScriptSource {
  source: string;
  /** Absent for inline code. */
  path?: string;
}

/** Which script a caller wants to run: exactly one of the two. */
export interface ScriptChoice {
  scriptPath?: string;
  /** Python source. */
  scriptContent?: string;
}

export function requireDirectory(path: string): string {
  const info = statIfThere(path);
  if (!info) {
    throw new UserError(
      `Cannot run in \`directory\` ${path}: there is no such folder. Create it or name one that exists.`,
    );
  }
  if (!info.isDirectory) {
    throw new UserError(
      `Cannot run in \`directory\` ${path}: it is a file, not a folder. Pass the folder that holds it.`,
    );
  }
  return path;
}

/** Reads the script that a call names; exactly one of path and content must be given. */
export function readScript(
  { scriptPath, scriptContent }: ScriptChoice,
  base: string,
  env: Record<string, string>,
): ScriptSource {
  if ((scriptPath === undefined) === (scriptContent === undefined)) {
    const found = scriptPath === undefined ? "neither was given" : "both were given";
    throw new UserError(
      "Pass exactly one of `script_path` (a file) and `script_content` (Python source): " +
        `${found}.`,
    );
  }
  if (scriptContent !== undefined) {
    checkLength("script_content", new TextEncoder().encode(scriptContent).length);
    if (scriptContent.includes("\0")) {
      throw new UserError(
        "`script_content` holds a NUL character, which no Python source may hold.",
      );
    }
    return { source: declareUtf8(splitByteOrderMark(scriptContent).text) };
  }
  return readScriptFile(resolvePath(scriptPath!, base, env));
}

export function readScriptFile(path: string): ScriptSource {
  const info = statIfThere(path);
  if (!info) {
    throw new UserError(
      `Cannot run \`script_path\` ${path}: there is no such file. Check the path; a relative one is ` +
        "relative to `directory`, else to the server's working directory.",
    );
  }
  if (!info.isFile) {
    throw new UserError(
      `Cannot run \`script_path\` ${path}: it is a folder, not a file. Name the script inside it.`,
    );
  }
  checkLength(`script_path ${path}`, info.size);
  return { source: readSource(path), path };
}

function checkLength(what: string, bytes: number): void {
  if (bytes > LONGEST_SOURCE) {
    throw new UserError(
      `Cannot run ${what}: it has ${
        (bytes / 2 ** 20).toFixed(1)
      } MB, and a script may have 5 MB. ` +
        "Put the data into a file and read it from the script.",
    );
  }
}
