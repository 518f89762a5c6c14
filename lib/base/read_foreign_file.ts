import { lazyFs } from "./lazy_node.ts";
import { lookAt } from "./private_files.ts";

/**
 * At most so many bytes of a file that others may write, from an offset on, read with care: no link is
 * followed, nothing but a regular file is read, and nothing waits. `undefined` where there is none.
 */
export function readForeignBytes(
  path: string,
  mostBytes: number,
  from = 0,
): Uint8Array<ArrayBuffer> | undefined {
  const file = openForeign(path);
  if (file === undefined) return undefined;
  try {
    return readOpened(file, mostBytes, from);
  } catch {
    return undefined;
  } finally {
    lazyFs().closeSync(file);
  }
}

/** The start of such a file as text. */
export function readForeignFile(path: string, mostBytes: number): string | undefined {
  const bytes = readForeignBytes(path, mostBytes);
  return bytes && new TextDecoder().decode(bytes);
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
 * The start of a regular file that links may lead to, with the path without links of what was
 * read: a link may lead elsewhere the moment after a look at it. `undefined` where all cannot be had at once.
 */
export function readWhereItIs(
  path: string,
  mostBytes: number,
): { bytes: Uint8Array<ArrayBuffer>; realPath: string } | undefined {
  const { closeSync, constants, fstatSync, openSync } = lazyFs();
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = fstatSync(file);
    const realPath = Deno.realPathSync(path);
    const found = Deno.lstatSync(realPath);
    if (opened.dev !== found.dev || opened.ino !== found.ino) return undefined;
    const bytes = readOpened(file, mostBytes, 0);
    return bytes && { bytes, realPath };
  } finally {
    closeSync(file);
  }
}

/** Such a file as a stream, with its size; `undefined` where there is none. */
export function streamForeignFile(
  path: string,
): { size: number; body: ReadableStream<Uint8Array> } | undefined {
  const { closeSync, fstatSync } = lazyFs();
  const file = openForeign(path);
  if (file === undefined) return undefined;
  const info = fstatSync(file);
  if (!info.isFile()) {
    closeSync(file);
    return undefined;
  }
  let from = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const bytes = readOpened(file, CHUNK_BYTES, from)!;
      from += bytes.length;
      if (bytes.length > 0) return controller.enqueue(bytes);
      closeSync(file);
      controller.close();
    },
    cancel: () => closeSync(file),
  }, { highWaterMark: 0 });
  return { size: info.size, body };
}

const CHUNK_BYTES = 64 << 10;

/** A descriptor of what is at a path; `undefined` where that is no regular file, or cannot be opened. */
function openForeign(path: string): number | undefined {
  // Only what is opened counts: this spares the opening, and loading what opens.
  if (!lookAt(path)?.isFile) return undefined;
  const { constants, openSync } = lazyFs();
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** `undefined` for what is no regular file. */
function readOpened(
  file: number,
  mostBytes: number,
  from: number,
): Uint8Array<ArrayBuffer> | undefined {
  const { fstatSync, readSync } = lazyFs();
  const info = fstatSync(file);
  if (!info.isFile()) return undefined;
  const bytes = new Uint8Array(Math.max(0, Math.min(info.size - from, mostBytes)));
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, from + length);
  }
  return bytes.subarray(0, length);
}
