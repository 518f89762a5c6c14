import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * The start of a file that others may write, read with care: no link is followed, nothing but a
 * regular file is read, and nothing waits. `undefined` where there is none.
 */
export function readForeignFile(path: string, mostBytes: number): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const bytes = new Uint8Array(mostBytes);
    return new TextDecoder().decode(bytes.subarray(0, readSync(file, bytes)));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
