import type { JobRow } from "../../../jobs/model/job.ts";
import { formatSeconds } from "./durations.ts";
import { oneLine } from "./terminal_text.ts";
import { cutToWidth } from "./text_width.ts";
import { columnsOf, paintFor, say, writeAll } from "./terminal.ts";

const BAR_WIDTH = 24;
const NEWLINE = 0x0a;
const DRAW_MS = 100;

/** A job's output on stdout and stderr, with a line below it that shows its progress. */
export class ProgressLine {
  readonly #shows = Deno.stderr.isTerminal();
  readonly #paint = paintFor(Deno.stderr);
  #drawn = false;
  #drawnAt = 0;
  /** Whether the cursor is where a line begins. */
  #atLineStart = true;

  stdout(bytes: Uint8Array): void {
    this.#write(Deno.stdout, bytes);
  }

  stderr(bytes: Uint8Array): void {
    this.#write(Deno.stderr, bytes);
  }

  /** Redraws the line. */
  look(row: JobRow): void {
    if (!this.#shows || !this.#atLineStart || Date.now() - this.#drawnAt < DRAW_MS) return;
    // A line that wraps could not be redrawn.
    const text = cutToWidth(describeProgress(row), (columnsOf(Deno.stderr) ?? 80) - 1);
    say(`\r\x1b[K${this.#paint.dim(text)}`);
    this.#drawn = true;
    this.#drawnAt = Date.now();
  }

  clear(): void {
    if (this.#drawn) say("\r\x1b[K");
    this.#drawn = false;
  }

  /** Begins a line, whatever the script printed last. */
  endLine(): void {
    this.clear();
    if (!this.#atLineStart) say("\n");
    this.#atLineStart = true;
  }

  #write(stream: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array): void {
    this.clear();
    writeAll(stream, bytes);
    if (stream.isTerminal()) this.#atLineStart = bytes.at(-1) === NEWLINE;
  }
}

/** A job's progress in one line: `████░░░░ 45% 45/100 message · 12s`. */
export function describeProgress(row: JobRow): string {
  const { status, progress, startedAt, createdAt, completedAt } = row;
  const seconds = ((completedAt ?? Date.now()) - (startedAt ?? createdAt)) / 1000;
  const parts: string[] = [];
  if (progress?.total) {
    const share = Math.min(1, Math.max(0, progress.current / progress.total));
    const full = Math.round(share * BAR_WIDTH);
    parts.push(
      `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)}% ` +
        `${progress.current}/${progress.total}`,
    );
  } else if (progress && !progress.message) {
    parts.push(String(progress.current));
  }
  if (progress?.message) parts.push(oneLine(progress.message));
  if (parts.length === 0) parts.push(status === "pending" ? "waiting for its turn" : status);
  return `${parts.join(" ")} · ${formatSeconds(seconds)}`;
}
