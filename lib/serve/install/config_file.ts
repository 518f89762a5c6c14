import { dirname, resolve } from "node:path";
import { explained } from "../../base/explain_system_error.ts";
import { lookAt, statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";

/**
 * Where the file behind a client's path is: settings may be a link into a repository of dot files, and
 * the link stays. Throws where a link leads nowhere.
 */
export function locateConfig(file: string): string {
  return explaining(`Cannot read ${file}`, () => {
    if (statIfThere(file)) return Deno.realPathSync(file);
    if (!lookAt(file)?.isSymlink) return file;
    const target = resolve(dirname(file), Deno.readLinkSync(file));
    throw new UserError(
      `Cannot change ${file}: it is a link to ${target}, where there is no file. Create that file, ` +
        "or remove the link, then try again.",
    );
  });
}

/** The text of a client's file, with its byte order mark; `undefined` where there is none. */
export function readConfig(path: string): string | undefined {
  return explaining(`Cannot read ${path}`, () => {
    const stat = statIfThere(path);
    if (!stat) return undefined;
    if (!stat.isFile) {
      const what = stat.isDirectory ? "a folder" : "not a regular file";
      throw new UserError(
        `Cannot read ${path}: it is ${what}, where the client keeps its settings in a file. ` +
          "Move it away, then try again.",
      );
    }
    return decode(path, Deno.readFileSync(path));
  });
}

/** Refuses a file that nobody may write: replacing it would get around what its owner wanted. */
export function requireWritable(path: string): void {
  const mode = statIfThere(path)?.mode ?? 0o600;
  if (mode & 0o222) return;
  throw new UserError(
    `Cannot change ${path}: it is read-only (mode ${
      (mode & 0o777).toString(8).padStart(4, "0")
    }). ` +
      `If it may be changed, run \`chmod u+w\` on it and try again.`,
  );
}

/** Does something with a client's file; an error of the system says what it was for. */
export function explaining<Value>(what: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw explained(error, what, "Check its owner, its mode and its folder's (ls -ld)");
  }
}

/** Other encodings would be damaged by writing the text back. */
function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UserError(
      `Cannot read ${path}: it is not UTF-8 text. Save it as UTF-8, then try again.`,
      { cause: error },
    );
  }
}
