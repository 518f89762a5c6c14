import { isFinal, type JobRow } from "../../jobs/job.ts";
import type { JobFiles } from "../../jobs/job_files.ts";
import { logSize, readLog } from "../../jobs/output_log.ts";

/** The most bytes of a stream that one answer holds. */
const PIECE = 64 * 1024;

export interface OutputPiece {
  text: string;
  /** Where the text begins, and the byte after it. */
  start: number;
  cursor: number;
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
  const ended = isFinal(row.status);
  if (cursor !== undefined) {
    return { start: cursor, ...readLog(path, cursor, PIECE, ended) };
  }
  const end = Math.min(before ?? Infinity, logSize(path));
  const from = Math.max(0, end - PIECE);
  const piece = readLog(path, from, end - from, ended || before !== undefined);
  if (from === 0) return { start: 0, ...piece };
  // A piece from the middle begins with a whole line, if there is one.
  const cut = piece.text.indexOf("\n") + 1;
  const skipped = new TextEncoder().encode(piece.text.slice(0, cut)).length;
  return { ...piece, text: piece.text.slice(cut), start: from + skipped };
}
