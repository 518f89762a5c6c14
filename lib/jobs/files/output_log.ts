import { dirname } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { despiteModes, readDespiteModes, whereReadable } from "./despite_modes.ts";

/** A piece of a log, cut only between characters. */
export interface LogPiece {
  text: string;
  /** The byte offset just after it. */
  cursor: number;
  /** Whether there is more to read now. */
  more: boolean;
}

/** The two ends of a log that is too long to show. */
export interface LogEnds {
  head: string;
  tail: string;
  /**
   * How many characters lie between them: counted up to 1 MiB, beyond that from the bytes (exact for
   * ASCII), since a gigabyte of output must cost the server nothing.
   */
  omitted: number;
}

const COUNT_BYTES = 1 << 20;
const LONGEST_CHARACTER = 4;

export function logSize(path: string): number {
  const info = whereReadable(() => despiteModes(dirname(path), () => statIfThere(path)), undefined);
  return info?.isFile ? info.size : 0;
}

/**
 * Reads at most `limit` bytes from a byte offset; costs the same wherever that is.
 *
 * A character whose last bytes are still to come waits for them, unless `ended`. Bytes that are no
 * UTF-8 are replaced by U+FFFD. An offset past the end answers empty, with the end's. A limit below
 * the longest character counts as that, or reading could not go on.
 */
export function readLog(path: string, from: number, limit: number, ended: boolean): LogPiece {
  const size = logSize(path);
  const start = Math.min(from, size);
  const most = Math.max(limit, LONGEST_CHARACTER);
  const bytes = readBytes(path, start, Math.min(most, size - start));
  const atEnd = start + bytes.length >= size;
  const whole = atEnd && ended ? bytes.length : wholeCharacters(bytes);
  return {
    text: decode(bytes.subarray(0, whole)),
    cursor: start + whole,
    more: start + whole < size && !(atEnd && !ended),
  };
}

/** The raw bytes of a log from an offset; none where it cannot be read, as its script may bring about. */
export function readBytes(path: string, from: number, limit: number): Uint8Array<ArrayBuffer> {
  if (limit <= 0) return new Uint8Array();
  return whereReadable(() => readDespiteModes(path, limit, from), undefined) ?? new Uint8Array();
}

/** The last characters of a log, at most `limit` of them. */
export function readTail(path: string, limit: number): string {
  const size = logSize(path);
  const from = Math.max(0, size - limit * LONGEST_CHARACTER);
  const bytes = readBytes(path, from, size - from);
  return lastCharacters(decode(from === 0 ? bytes : bytes.subarray(firstWhole(bytes))), limit);
}

/** The last bytes of a log as text; empty where there is none. */
export function readEnd(path: string, bytes: number): string {
  const size = logSize(path);
  const from = Math.max(0, size - bytes);
  return size === 0 ? "" : decode(readBytes(path, from, size - from));
}

/** A whole log of at most `limit` characters after `clean`, or its two ends, half of that each. */
export function readEnds(
  path: string,
  limit: number,
  clean: (text: string) => string,
): string | LogEnds {
  const size = logSize(path);
  if (size <= COUNT_BYTES) {
    const text = clean(decode(readBytes(path, 0, size)));
    if (text.length <= limit) return text;
    const head = firstCharacters(text, limit / 2);
    const tail = lastCharacters(text, limit / 2);
    return { head, tail, omitted: text.length - head.length - tail.length };
  }
  const window = limit * LONGEST_CHARACTER;
  const first = readBytes(path, 0, window);
  const last = readBytes(path, size - window, window);
  const start = decode(first.subarray(0, wholeCharacters(first)));
  const end = decode(last.subarray(firstWhole(last)));
  const head = firstCharacters(clean(start), limit / 2);
  const tail = lastCharacters(clean(end), limit / 2);
  const bytesPerCharacter = (first.length + last.length) / (start.length + end.length);
  const total = start.length + end.length + (size - first.length - last.length) / bytesPerCharacter;
  return { head, tail, omitted: Math.round(total) - head.length - tail.length };
}

/** The first characters of a text, at most `limit`; a surrogate pair is never split. */
export function firstCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, isHighSurrogate(text, limit - 1) ? limit - 1 : limit);
}

/** The last characters of a text, at most `limit`; a surrogate pair is never split. */
export function lastCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const from = text.length - limit;
  return text.slice(isHighSurrogate(text, from - 1) ? from + 1 : from);
}

function isHighSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** How many of the bytes are before a last character that is not complete. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back < LONGEST_CHARACTER && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Where the first whole character of a piece begins. */
function firstWhole(bytes: Uint8Array): number {
  let at = 0;
  while (at < LONGEST_CHARACTER - 1 && at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}
