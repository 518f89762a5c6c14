import { removeIfThere, statIfThere } from "../../base/private_files.ts";

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
  mustNotBlock(path);
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
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
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
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

/** Whether some process holds the exclusive lock. Probes share, so two of them do not see each other. */
export function isLocked(path: string): boolean {
  let file: Deno.FsFile;
  try {
    mustNotBlock(path);
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    return !file.tryLockSync(false);
  } finally {
    file.close();
  }
}

/** Opening a named pipe waits for its other end, which may never come. */
function mustNotBlock(path: string): void {
  if (statIfThere(path)?.isFifo) throw new Error(`${path} was replaced by a named pipe`);
}
