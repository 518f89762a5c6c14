import { dirname, join } from "node:path";
import { isLink } from "../../base/private_files.ts";
import { readForeignBytes } from "../../base/read_foreign_file.ts";

/** So often it is tried again: a script may take the rights away again and again. */
const MOST_TRIES = 50;
/** What lets its owner reach what is in a folder. */
const SEARCHABLE = 0o500;

/**
 * Does what needs a folder whose modes a script may change at any moment: where that is refused, the
 * modes are restored and it is tried again.
 *
 * @throws Deno.errors.PermissionDenied when it is refused every time; what it throws otherwise
 */
export function despiteModes<T>(folder: string, act: () => T): T {
  for (let tries = 1;; tries++) {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied) || tries === MOST_TRIES) throw error;
      restoreModes(folder);
    }
  }
}

/**
 * At most so many bytes of a file that a script may have replaced by anything, and whose modes it may have
 * changed; `undefined` where there is no regular file.
 *
 * @throws Deno.errors.PermissionDenied when it cannot be read whatever is done
 */
export function readDespiteModes(
  path: string,
  mostBytes: number,
  from = 0,
): Uint8Array<ArrayBuffer> | undefined {
  return despiteModes(dirname(path), () => {
    const bytes = readForeignBytes(path, mostBytes, from);
    if (bytes === undefined && isHidden(path)) {
      throw new Deno.errors.PermissionDenied(`Permission denied (os error 13): open '${path}'`);
    }
    return bytes;
  });
}

/** What can be read at all, else what stands for it: for what is only shown. */
export function whereReadable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return otherwise;
    throw error;
  }
}

/**
 * Lets this user read and write a folder of the home and the files in it again, and reach it: a script may
 * have closed what is around it as well.
 */
export function restoreModes(folder: string): void {
  const jobs = dirname(folder);
  for (const around of [dirname(jobs), jobs]) permit(around, SEARCHABLE);
  permit(folder, 0o700);
  // What a link leads to, which a script may have put there, is not the home's.
  if (isLink(folder)) return;
  for (const { name, isFile } of entries(folder)) if (isFile) permit(join(folder, name), 0o600);
}

/** Best effort: what was taken away or replaced meanwhile is looked at by whoever tries again. */
function permit(path: string, bits: number): void {
  try {
    const { mode, isSymlink } = Deno.lstatSync(path);
    const now = (mode ?? bits) & 0o7777;
    if (!isSymlink && (now & bits) !== bits) Deno.chmodSync(path, now | bits);
  } catch {
    // it is gone, or belongs to another user
  }
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

/** Whether its own modes, or those of a folder of its path, do not let even its owner read a file. */
function isHidden(path: string): boolean {
  try {
    const { isFile, mode } = Deno.lstatSync(path);
    return isFile && ((mode ?? 0o400) & 0o400) === 0;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}
