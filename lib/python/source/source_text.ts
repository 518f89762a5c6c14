import { Buffer } from "node:buffer";

// PEP 263: in the first line, or in the second after a line that holds no code.
const cookie =
  /^(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)/;
const firstLineCookie = /^[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)/;

/** Python's names of encodings under which the standard of the web knows none. */
const webNames: Record<string, string> = {
  "cp932": "shift_jis",
  "cp936": "gbk",
  "cp949": "euc-kr",
  "cp950": "big5",
  "ms932": "shift_jis",
  "mac-roman": "macintosh",
};

/** Reads a Python file as Python does, without its byte order mark. */
export function readSource(path: string): string {
  return decodeSource(Deno.readFileSync(path));
}

/**
 * Decodes a Python file by its byte order mark or its encoding declaration, else as UTF-8.
 *
 * An encoding that is not known here is read byte by byte: what the program looks for is ASCII.
 */
export function decodeSource(bytes: Uint8Array): string {
  const head = latin1(bytes.subarray(0, 1000));
  const encoding = head.startsWith("\xef\xbb\xbf") ? "utf-8" : declaredEncoding(head) ?? "utf-8";
  if (/^(?:iso-?8859-1|latin-?1|iso-latin-1|l1)$/.test(encoding)) return latin1(bytes);
  try {
    return new TextDecoder(webNames[encoding] ?? encoding).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/** Takes the byte order mark off a text, if it has one. */
export function splitByteOrderMark(text: string): { mark: "" | "\ufeff"; text: string } {
  return text.startsWith("\ufeff") ? { mark: "\ufeff", text: text.slice(1) } : { mark: "", text };
}

/**
 * A source that arrived as Unicode, such that Python reads it the same from a file in UTF-8: an
 * encoding declaration tells of bytes that it no longer has, so it becomes one of UTF-8.
 *
 * @param source without a byte order mark
 *
 * @example
 * ```ts
 * import { declareUtf8 } from "./source_text.ts";
 *
 * declareUtf8("# -*- coding: latin-1 -*-\nprint('é')"); // "# -*- coding: utf-8 -*-\nprint('é')"
 * ```
 */
export function declareUtf8(source: string): string {
  const found = findCookie(source);
  if (!found || isUtf8(normalized(found.name))) return source;
  const start = found.end - found.name.length;
  return source.slice(0, start) + "utf-8" + source.slice(found.end);
}

function declaredEncoding(head: string): string | undefined {
  const name = findCookie(head)?.name;
  return name && (isUtf8(normalized(name)) ? "utf-8" : normalized(name));
}

/** The name in an encoding declaration, and where it ends; the first line's counts before another. */
function findCookie(source: string): { name: string; end: number } | undefined {
  const match = firstLineCookie.exec(source) ?? cookie.exec(source);
  return match ? { name: match[1]!, end: match[0].length } : undefined;
}

function normalized(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

function isUtf8(name: string): boolean {
  return /^utf-?8(?:-|$)/.test(name);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
