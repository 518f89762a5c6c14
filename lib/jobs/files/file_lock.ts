import { systemErrorCode } from "../../base/explain_system_error.ts";
import { openPrivate, removeIfThere, statIfThere } from "../../base/private_files.ts";

/**
 * Advisory locks (flock(2)) that say who lives: a process holds its lock until it ends, however it
 * ends. Python's `fcntl.flock` and Deno's locks see each other.
 */

/** Takes the exclusive lock of a file, creating it (mode 0600). The lock ends with `close()`. */
export function holdLock(path: string): Deno.FsFile | undefined {
  return tryLock(path, true);
}

/** Takes a lock that several may have at once, but none beside the exclusive one. */
export function holdSharedLock(path: string): Deno.FsFile | undefined {
  return tryLock(path, false);
}

function tryLock(path: string, exclusive: boolean): Deno.FsFile | undefined {
  const file = openPrivate(path);
  if (file.tryLockSync(exclusive)) return file;
  file.close();
  return undefined;
}

/**
 * Takes the lock of a file that others remove when nobody holds it (they lock it to do so). The file
 * that was locked may be gone then: so once more, until the file that is there is the one locked.
 */
export function holdOwnLock(path: string): Deno.FsFile {
  while (true) {
    const file = openPrivate(path);
    file.lockSync(true);
    if (statIfThere(path)?.ino === file.statSync().ino) return file;
    file.close();
  }
}

/** Removes such a file, unless somebody holds it. */
export function removeIfFree(path: string): void {
  using lock = holdLock(path);
  if (lock) removeIfThere(path);
}

/**
 * Whether some process holds the exclusive lock. Probes share, so two of them do not see each other. What is
 * no file is locked by nobody.
 */
export function isLocked(path: string): boolean {
  using file = openThere(path);
  return file !== undefined && !file.tryLockSync(false);
}

/** For writing too, where that is possible: see `openPrivate`. `undefined` where there is no regular file. */
function openThere(path: string): Deno.FsFile | undefined {
  if (!statIfThere(path)?.isFile) return undefined;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (systemErrorCode(error) !== "EROFS") throw error;
    file = Deno.openSync(path, { read: true });
  }
  if (file.statSync().isFile) return file;
  file.close();
  return undefined;
}
