import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { budgetOf } from "../run/await_run.ts";
import { CELL_TOOL, runCell } from "./run_cell.ts";
import type { CellRan } from "./transcript_entry.ts";

/**
 * Runs cells again, in order, until one fails; what is left when the budget ends is not run.
 *
 * @returns what came of it, for whoever asked
 */
export async function replayCells(
  app: App,
  { session, client }: { session: string; client: string },
  cells: CellRan[],
  caller: Caller,
): Promise<string> {
  const seconds = Math.max(budgetOf({ tool: "py_session_end" }, app), 1);
  const until = performance.now() + seconds * 1000;
  if (cells.length === 0) {
    return "Restarted; no cell of the transcript had ended well, so none was run again";
  }
  let done = 0;
  for (const { cell, code } of cells) {
    const left = (until - performance.now()) / 1000;
    const rest = `${done} of ${cells.length} cells were run again`;
    if (left <= 0) {
      return `Restarted; the time was up (${seconds} s): ${rest}. Send the others with ${CELL_TOOL}, from ` +
        `cell ${cell} of the transcript on`;
    }
    const answer = await runCell(app, {
      session,
      client,
      code,
      detectsImports: true,
      budgetSeconds: left,
      label: `replay of cell ${cell}`,
    }, caller);
    if ("background" in answer) {
      return `Restarted; cell ${cell} goes on as job ${answer.background.job_id}: ${rest} before it`;
    }
    if (answer.ended.exception !== null) {
      return `Restarted; ${rest}, then cell ${cell} failed: ${answer.ended.exception}`;
    }
    done++;
  }
  return `Restarted; all ${done} cells of the transcript that had ended well were run again`;
}
