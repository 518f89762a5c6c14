import type { JobFiles } from "../../jobs/files/job_files.ts";
import {
  type LogEnds,
  type LogPiece,
  readEnds,
  readLog,
  readTail,
} from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";
import { isFinal, type JobRow } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { SHOWN_CHARACTERS } from "../results/shown_streams.ts";

export type StreamName = "stdout" | "stderr";
/** What is kept of a run: what its script printed, and what its preparation did. */
export type LogName = StreamName | "prepare";
export const STREAMS: readonly StreamName[] = ["stdout", "stderr"];

/** Byte offsets into a job's output from which on it is wanted. */
export interface OutputCursors {
  stdout?: number;
  stderr?: number;
}

/** What `py_job_status` says of a job's output besides its result. */
export interface OutputNews {
  partial_stdout?: string;
  partial_stderr?: string;
  new_stdout?: string;
  new_stderr?: string;
  stdout_cursor?: number;
  stderr_cursor?: number;
  /** There is more than one answer holds. */
  more?: true;
}

/** How much of the output of a running job its status shows, in characters a stream. */
const PARTIAL_CHARACTERS = 2000;

/** The most that a piece of a stream takes as JSON, in which a line break is two characters. */
const PIECE_JSON_CHARACTERS = 21_000;

/** The end of a running job's output, and what was printed since the cursors. */
export function readOutputNews(row: JobRow, files: JobFiles, cursors: OutputCursors): OutputNews {
  const news: OutputNews = {};
  for (const name of STREAMS) {
    if (row.status === "running") {
      news[`partial_${name}`] = readableTail(files, name, PARTIAL_CHARACTERS);
    }
    const from = cursors[name];
    if (from === undefined) continue;
    const piece = readNext(files[name], from, isFinal(row.status));
    news[`new_${name}`] = piece.text;
    news[`${name}_cursor`] = piece.cursor;
    if (piece.more) news.more = true;
  }
  return news;
}

export function isLog(name: string): name is LogName {
  return name === "prepare" || STREAMS.some((one) => one === name);
}

/**
 * A piece of what a job or its preparation printed, from byte `cursor` on, at most `limit` bytes; `undefined` when there
 * is no such job.
 */
export async function readPiece(
  { jobs }: Pick<App, "jobs">,
  id: string,
  log: LogName,
  cursor: number,
  limit: number,
): Promise<LogPiece | undefined> {
  const row = await jobs.get(id);
  const files = jobs.files(id);
  if (!row || !files) return undefined;
  const path = log === "prepare" ? files.prepareLog : files[log];
  return readLog(path, cursor, limit, isFinal(row.status));
}

/** What follows a cursor, as much as an answer has room for. */
function readNext(path: string, from: number, ended: boolean): LogPiece {
  // As many bytes as characters are allowed: no text has more characters than bytes.
  let limit = SHOWN_CHARACTERS;
  while (true) {
    const piece = readLog(path, from, limit, ended);
    const size = JSON.stringify(piece.text).length;
    if (size <= PIECE_JSON_CHARACTERS) return piece;
    limit = Math.floor(limit * Math.min(0.9, PIECE_JSON_CHARACTERS / size));
  }
}

/** The last characters of a stream, made readable. */
export function readableTail(files: JobFiles, name: StreamName, characters: number): string {
  return readableText(readTail(files[name], characters));
}

/**
 * A stream, shortened like a result.
 *
 * A job of an older server has no files: what it printed is in its result, if anywhere.
 */
export function shownStream(row: JobRow, files: JobFiles | undefined, name: StreamName): string {
  if (files?.isThere) return shown(files[name]);
  const text = (row.result as Record<string, unknown> | null)?.[name];
  return typeof text === "string" ? text : "";
}

function shown(path: string): string {
  const text: string | LogEnds = readEnds(path, SHOWN_CHARACTERS, readableText);
  return typeof text === "string"
    ? text
    : `${text.head}\n… [${text.omitted} characters omitted] …\n${text.tail}`;
}
