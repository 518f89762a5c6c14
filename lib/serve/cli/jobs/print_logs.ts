import { logSize, readBytes } from "../../../jobs/files/output_log.ts";
import type { JobFiles } from "../../../jobs/files/job_files.ts";
import { UserError } from "../../../base/user_error.ts";
import { type Cli, EXIT } from "../command/cli.ts";
import { findCurrentJob, findJob } from "./find_job.ts";
import { type Cursors, followJob, handOn } from "./follow_job.ts";
import { Interrupts } from "../terminal/interrupts.ts";
import { TerminalText } from "../terminal/terminal_text.ts";
import { ProgressLine } from "../terminal/progress_line.ts";

const PIECE = 64 * 1024;
const NEWLINE = 0x0a;

export interface LogsOptions {
  id: string;
  follow: boolean;
  lines?: number;
  only?: "stdout" | "stderr";
  /** To a terminal too, all bytes as they were printed. */
  raw: boolean;
}

/** `jobs logs`. */
export async function printLogs(cli: Cli, options: LogsOptions) {
  const { app } = cli;
  const row = await (options.follow ? findJob : findCurrentJob)(app, options.id);
  const files = app.jobs.files(row.id);
  if (!files) {
    throw new UserError("There is no output: the job was imported from an older server.");
  }
  const line = new ProgressLine();
  const [toStdout, toStderr] = [safeFor(Deno.stdout, options), safeFor(Deno.stderr, options)];
  const wanted = {
    stdout: options.only === "stderr"
      ? undefined
      : (bytes: Uint8Array) => line.stdout(toStdout(bytes)),
    stderr: options.only === "stdout"
      ? undefined
      : (bytes: Uint8Array) => line.stderr(toStderr(bytes)),
  };
  const from = startOf(files, options.lines);
  if (!options.follow) {
    handOn(files.stdout, from.stdout, wanted.stdout);
    handOn(files.stderr, from.stderr, wanted.stderr);
    return;
  }
  using interrupts = new Interrupts();
  const follower = { ...wanted, look: line.look.bind(line) };
  await followJob(app, row.id, follower, interrupts.signal, from);
  line.endLine();
  if (interrupts.signal.aborted) cli.exitCode = EXIT.interrupted;
}

/** A terminal does nothing for a job but show it. */
function safeFor(stream: typeof Deno.stdout | typeof Deno.stderr, { raw }: LogsOptions) {
  if (raw || !stream.isTerminal()) return (bytes: Uint8Array) => bytes;
  const text = new TerminalText();
  return (bytes: Uint8Array) => text.take(bytes);
}

function startOf(files: JobFiles, lines: number | undefined): Cursors {
  if (lines === undefined) return { stdout: 0, stderr: 0 };
  return { stdout: startOfLast(files.stdout, lines), stderr: startOfLast(files.stderr, lines) };
}

/** The byte offset at which the last so many lines of a file begin; reads no more than those. */
function startOfLast(path: string, lines: number): number {
  const size = logSize(path);
  let left = lines;
  for (let end = size; end > 0; end -= Math.min(PIECE, end)) {
    const from = Math.max(0, end - PIECE);
    const bytes = readBytes(path, from, end - from);
    for (let at = bytes.length - 1; at >= 0; at--) {
      // A newline that ends the file ends its last line and begins none.
      if (bytes[at] === NEWLINE && from + at !== size - 1 && --left === 0) return from + at + 1;
    }
  }
  return 0;
}
