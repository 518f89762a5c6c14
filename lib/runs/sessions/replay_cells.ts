import type { Call } from "../../jobs/process/call.ts";
import type { Ended } from "../../jobs/process/calls.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { cellNote } from "../cell_note.ts";
import { awaitCall, budgetOf } from "../run/await_run.ts";
import { startCell } from "./run_cell.ts";
import type { CellRan } from "./transcript_entry.ts";

/** What came of a replay, for whoever asked. */
export interface ReplayAnswer {
  message: string;
  /** The job of the last cell, where it goes on. */
  job_id?: string;
  /** What the cell waits for that runs then. */
  note?: string;
}

/**
 * Runs cells again, in order, until one fails. All are sent at once, so that those which have not run
 * when the budget ends go on without their caller, and without its server.
 */
export async function replayCells(
  app: App,
  { session, client }: { session: string; client: string },
  cells: CellRan[],
  caller: Caller,
): Promise<ReplayAnswer> {
  if (cells.length === 0) {
    return {
      message: "Restarted; no cell of the transcript had ended well, so none was run again",
    };
  }
  const time = {
    budget: budgetOf({ tool: "py_session_end" }, app),
    began: caller.arrivedAt ?? performance.now(),
  };
  const calls = await startAll(app, { session, client }, cells);
  let done = 0;
  let failed: string | undefined;
  let last: string | undefined;
  let note: string | undefined;
  for (const [at, call] of calls.entries()) {
    const awaited = await awaitCall(app, call, time, caller);
    if ("background" in awaited) {
      const { job_id: id, status } = awaited.background;
      if (last === undefined) note = cellNote(app.jobs.home, { id, status }, call.files);
      last = id;
      continue;
    }
    const problem = problemOf(awaited.end);
    if (problem === undefined) done++;
    else failed ??= `cell ${cells[at]!.cell} failed: ${problem}`;
  }
  const rest = `${done} of ${cells.length} cells were run again`;
  if (failed !== undefined) return { message: `Restarted; ${rest}, then ${failed}` };
  if (last === undefined) {
    return {
      message: `Restarted; all ${done} cells of the transcript that had ended well were run again`,
    };
  }
  return {
    message:
      `Restarted; ${rest} within ${time.budget.toFixed(1)}s. The others go on in background, in ` +
      `order, until one fails; py_job_status of the last, ${last}, tells what came of it`,
    job_id: last,
    ...(note !== undefined && { note }),
  };
}

async function startAll(
  app: App,
  place: { session: string; client: string },
  cells: CellRan[],
): Promise<Call[]> {
  const series = crypto.randomUUID();
  const calls: Call[] = [];
  try {
    for (const { cell, code } of cells) {
      const label = `replay of cell ${cell}`;
      calls.push(await startCell(app, { ...place, code, detectsImports: true, label, series }));
    }
  } catch (error) {
    // Those that were sent run, and are found among the jobs.
    for (const call of calls) await app.jobs.toBackground(call);
    throw error;
  }
  return calls;
}

/** Why a cell did not end well; `undefined` when it did. */
function problemOf({ result, error, outcome }: Ended): string | undefined {
  const { exception } = (result ?? {}) as { exception?: string | null };
  return exception ?? error ?? (outcome.cancelled ? "it was interrupted" : undefined);
}
