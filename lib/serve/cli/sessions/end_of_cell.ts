import type { JobRow } from "../../../jobs/model/job.ts";
import { sayWhatElse } from "../jobs/follow_run.ts";
import { oneLine, plainLines } from "../terminal/terminal_text.ts";
import { paintFor, print, say } from "../terminal/terminal.ts";

/** What a cell is answered with; see the contract. */
export interface CellResult {
  cell: number;
  result: string | null;
  exception: string | null;
  artifacts?: unknown[];
}

/**
 * Shows what a cell comes to besides its output.
 *
 * @param before What stands before the value of its last expression.
 */
export function sayEndOfCell(
  { status, error, result }: JobRow,
  folder: string | undefined,
  before = "",
): void {
  const { result: value = null, exception = null } = (result ?? {}) as Partial<CellResult>;
  const paint = paintFor(Deno.stderr);
  if (value !== null) {
    // A table begins at the left.
    const gap = before && value.includes("\n") ? "\n" : "";
    print(`${before}${gap}${plainLines(value)}\n`);
  }
  // An exception's traceback is the end of its stderr.
  if (status === "cancelled") say(`${paint.yellow("Interrupted")}\n`);
  else if (error !== null && exception === null) say(`python-mcp: ${paint.red(oneLine(error))}\n`);
  sayWhatElse(result, folder);
}
