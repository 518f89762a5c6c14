import { join } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { UserError } from "../../base/user_error.ts";
import { readArchive } from "../../python/source/read_archive.ts";
import { declareUtf8, readSource, splitByteOrderMark } from "../../python/source/source_text.ts";
import { readModule } from "./read_module.ts";
import type { ScriptChoice, ScriptSource } from "./script_source.ts";

/** The longest source that is run, in bytes of UTF-8. */
export const LONGEST_SOURCE = 5 * 1024 * 1024;

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

/**
 * Reads the script that a call names.
 *
 * @param directory the working directory, where the call names one
 * @param base what a relative path starts from
 */
export async function readScript(
  { scriptPath, scriptContent, module }: ScriptChoice,
  directory: string | undefined,
  base: string,
  env: Record<string, string>,
): Promise<ScriptSource> {
  const given = Object.entries({
    script_path: scriptPath,
    script_content: scriptContent,
    module,
  }).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length !== 1) {
    const found = given.length === 0 ? "none was given" : `${given.join(" and ")} were given`;
    throw new UserError(
      "Pass exactly one of `script_path` (a file), `script_content` (Python source) and `module` (as " +
        `python -m): ${found}.`,
    );
  }
  if (module !== undefined) return readModule(module, directory);
  if (scriptContent !== undefined) return readContent(scriptContent);
  return await readScriptFile(resolvePath(scriptPath!, base, env));
}

function readContent(content: string): ScriptSource {
  checkLength("script_content", new TextEncoder().encode(content).length);
  if (content.includes("\0")) {
    throw new UserError(
      "Cannot run `script_content`: it contains a NUL character, which Python source may not contain. Remove it.",
    );
  }
  return { source: declareUtf8(splitByteOrderMark(content).text) };
}

/** Reads a script by its path: a file, or a folder or zip file with `__main__.py`. */
export async function readScriptFile(path: string): Promise<ScriptSource> {
  const info = statIfThere(path);
  if (!info) {
    throw new UserError(
      `Cannot run \`script_path\` ${path}: there is no such file. Check the path; a relative one is ` +
        "relative to `directory`, else to the server's working directory.",
    );
  }
  if (info.isDirectory) return readFolder(path);
  const archive = /\.(?:pyw?|ipynb)$/i.test(path) ? undefined : await readArchive(path);
  if (archive) {
    if (archive.main === undefined) throw hasNoMain(path);
    return { source: archive.main, path, contents: archive.modules };
  }
  checkLength(`script_path ${path}`, info.size);
  return { source: readSource(path), path };
}

function readFolder(path: string): ScriptSource {
  const main = join(path, "__main__.py");
  const info = statIfThere(main);
  if (!info?.isFile) throw hasNoMain(path);
  checkLength(`script_path ${main}`, info.size);
  return { source: readSource(main), path };
}

function hasNoMain(path: string): UserError {
  return new UserError(
    `Cannot run \`script_path\` ${path}: it has no __main__.py, which is what Python runs of a folder or ` +
      "a zip file. Name the script inside it.",
  );
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
