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

/** The JSON in such a file of at most 16 MiB; `undefined` where there is none. */
export function readForeignJson<T>(path: string): T | undefined {
  const text = readForeignFile(path, MOST_JSON_BYTES);
  try {
    return text === undefined ? undefined : JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

const MOST_JSON_BYTES = 16 << 20;

/**
 * The start of a regular file that links may lead to, with the path without links of what was read: a
 * link may lead elsewhere the moment after a look at it. `undefined` where both cannot be had at once.
 */
export function readWhereItIs(
  path: string,
  mostBytes: number,
): { bytes: Uint8Array; realPath: string } | undefined {
  const { closeSync, constants, fstatSync, openSync, readSync } = lazyFs();
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = fstatSync(file);
    const realPath = Deno.realPathSync(path);
    const found = Deno.lstatSync(realPath);
    if (!opened.isFile() || opened.dev !== found.dev || opened.ino !== found.ino) return undefined;
    const bytes = new Uint8Array(Math.min(opened.size, mostBytes));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return { bytes: bytes.subarray(0, length), realPath };
  } finally {
    closeSync(file);
  }
}
