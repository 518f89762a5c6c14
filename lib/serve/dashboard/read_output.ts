import { isFinal, type JobRow } from "../../jobs/model/job.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { logSize, readBytes } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";

/** The most bytes of a stream that one answer holds. */
const PIECE = 64 * 1024;
const NEWLINE = 0x0a, RETURN = 0x0d;

/** A piece of a stream, as a terminal would have shown it. */
export interface OutputPiece {
  /** Whole lines. */
  lines: string;
  /** What is there of the line after them; it is read again with what follows. */
  rest: string;
  /** Where the lines begin, and the byte after them. */
  start: number;
  cursor: number;
  /** Whether there is more to read at once. */
  more: boolean;
}

/** A piece of a stream: from `cursor` on, or what is just before `before`, or else its end. */
export function readOutput(
  row: JobRow,
  files: JobFiles,
  stream: "stdout" | "stderr",
  { cursor, before }: { cursor?: number; before?: number },
): OutputPiece {
  const path = files[stream];
  const size = logSize(path);
  const end = Math.min(before ?? size, size);
  const from = cursor === undefined ? Math.max(0, end - PIECE) : Math.min(cursor, size);
  const bytes = readBytes(path, from, Math.min(PIECE, end - from));
  // A piece from the middle begins with a whole line, if there is one.
  const skipped = cursor === undefined && from > 0 ? beginOfLine(bytes) : 0;
  const isWhole = before !== undefined;
  const cut = isWhole ? bytes.length : endOfLines(bytes);
  const ended = isFinal(row.status) && from + bytes.length >= size;
  // What the next piece begins by writing over is not shown.
  const next = isWhole ? readBytes(path, end, 2) : bytes.subarray(cut, cut + 2);
  const shown = isRedraw(next, 0) ? bytes.lastIndexOf(NEWLINE, cut) + 1 : cut;
  return {
    lines: readableText(decode(bytes.subarray(skipped, Math.max(skipped, shown)), true)),
    rest: readableText(decode(bytes.subarray(Math.max(cut, skipped)), ended)),
    start: from + skipped,
    cursor: from + Math.max(cut, skipped),
    more: !isWhole && from + bytes.length < size,
  };
}

function beginOfLine(bytes: Uint8Array): number {
  const first = bytes.indexOf(NEWLINE) + 1;
  if (first > 0) return first < bytes.length ? first : 0;
  return Math.max(0, bytes.findIndex((_, at) => isRedraw(bytes, at)));
}

/** Whether what follows is written over the line so far: a return that ends no line. */
function isRedraw(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === RETURN && at + 1 < bytes.length && bytes[at + 1] !== NEWLINE;
}

/** Where the last line that is complete ends; a line as long as a piece is cut within. */
function endOfLines(bytes: Uint8Array): number {
  const last = bytes.lastIndexOf(NEWLINE) + 1;
  if (last > 0 || bytes.length < PIECE) return last;
  const redrawn = bytes.findLastIndex((_, at) => isRedraw(bytes, at));
  return redrawn > 0 ? redrawn : betweenCharacters(bytes);
}

function betweenCharacters(bytes: Uint8Array): number {
  let at = bytes.length - 4;
  while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}

/** @param ended Otherwise a last character that is not complete is left out. */
function decode(bytes: Uint8Array<ArrayBuffer>, ended: boolean): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: !ended });
}
