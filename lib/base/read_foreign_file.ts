import { lazyFs } from "./lazy_node.ts";

/**
 * The start of a file that others may write, read with care: no link is followed, nothing but a
 * regular file is read, and nothing waits. `undefined` where there is none.
 */
export function readForeignBytes(path: string, mostBytes: number): Uint8Array | undefined {
  if (!mayBeRead(path)) return undefined;
  const { closeSync, constants, fstatSync, openSync, readSync } = lazyFs();
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const info = fstatSync(file);
    if (!info.isFile()) return undefined;
    const bytes = new Uint8Array(Math.min(info.size, mostBytes));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** The start of such a file as text. */
export function readForeignFile(path: string, mostBytes: number): string | undefined {
  const bytes = readForeignBytes(path, mostBytes);
  return bytes && new TextDecoder().decode(bytes);
}

/** Only what is opened counts: this spares the opening, and loading what opens. */
function mayBeRead(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}
