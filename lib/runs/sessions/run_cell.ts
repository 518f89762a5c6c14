import { UserError } from "../../base/user_error.ts";
import { pause } from "../../base/pause.ts";
import type { Home } from "../../jobs/files/home.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { Call } from "../../jobs/process/call.ts";
import type { Draft, NewRun, ProcessRequest } from "../../jobs/process/process_request.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { cellNote } from "../cell_note.ts";
import { turnOf } from "./session_turns.ts";
import { type Awaited, budgetOf, startAndAwait } from "../run/await_run.ts";
import type { RunAnswer } from "../run/run_options.ts";
import { checkLabel } from "../run/check_label.ts";
import { cellRequest, commandOf } from "./cell_request.ts";
import { ensureSession } from "./ensure_session.ts";
import { type CellOptions, checkCode, checkSessionName } from "./session_options.ts";

export const CELL_TOOL = "py_session_run";
/** What a launcher says of a cell for a session that is gone; see session_links.py. */
const GONE = "The session ended before this cell could run";
/** A session may end just before a cell comes to it. */
const TRIES = 3;
const LONGEST_TAIL = 2000;
const ARRIVAL_MS = 5000;
const LOOK_MS = 5;

/** Runs code in a session, which is started where it does not live; answers as smart async does. */
export async function runCell(
  app: App,
  options: CellOptions,
  caller: Caller = {},
): Promise<RunAnswer> {
  checkLabel(options.label);
  checkSessionName(options.session);
  checkCode(options.code);
  const asked = { ...options, tool: CELL_TOOL };
  const budget = budgetOf(asked, app);
  const began = caller.arrivedAt ?? performance.now();
  for (let tries = 1;; tries++) {
    const draft = app.jobs.draft(newCell(options, budget === 0));
    const awaited = await runDraft(app, draft, options, { budget, began }, caller);
    if (!("end" in awaited)) {
      await arrival(app, draft);
      return { background: explained(app, options.session, draft.files, awaited.background) };
    }
    const { end, files } = awaited;
    // It was handed over to a session that had just ended; one that waited there is told so.
    const cameTooLate = end.error?.startsWith(GONE) && !files.hasStarted;
    if (cameTooLate && tries < TRIES) continue;
    return toAnswer(awaited);
  }
}

function newCell({ session, code, label }: CellOptions, listed: boolean): NewRun {
  return {
    tool: CELL_TOOL,
    label: label ?? null,
    listed,
    session,
    command: commandOf(session, code),
  };
}

async function runDraft(
  app: App,
  draft: Draft,
  options: CellOptions,
  time: { budget: number; began: number },
  caller: Caller,
): Promise<Awaited> {
  const plan = () => prepareCell(app, draft, options, time.budget === 0);
  return await startAndAwait(app, draft, plan, time, caller);
}

/** Sends code to a session; its end is yet to be waited for. */
export async function startCell(app: App, options: CellOptions): Promise<Call> {
  const draft = app.jobs.draft(newCell(options, false));
  let request: ProcessRequest;
  try {
    request = await prepareCell(app, draft, options, false);
  } catch (error) {
    app.jobs.discard(draft);
    throw error;
  }
  return await app.jobs.call(draft, request);
}

async function prepareCell(
  app: App,
  draft: Draft,
  options: CellOptions,
  background: boolean,
): Promise<ProcessRequest> {
  draft.files.writeSource(options.code);
  using _ = await turnOf(app, options.session);
  const session = await ensureSession(app, options, draft.files.progressFile);
  return await cellRequest(app, session, options, background);
}

/**
 * Waits until the session has a cell: whoever is told of it, and sends another one, finds them run in this
 * order. Should its launcher have died, another one brings it.
 */
async function arrival({ jobs }: App, { id, files }: Draft): Promise<void> {
  if (jobs.sessions.hasArrived(id)) return;
  for (const until = performance.now() + ARRIVAL_MS; performance.now() < until;) {
    if (!files.spec) return; // it is still being planned
    if (files.acceptedBy !== undefined || files.hasStarted || !files.isThere) return;
    await pause(LOOK_MS);
  }
}

type Background = Extract<Awaited, { background: unknown }>["background"];

/** With its place among the cells of its session, and with what it waits for. */
function explained(
  { jobs }: App,
  name: string,
  files: JobFiles,
  background: Background,
): Background {
  const { job_id: id, status } = background;
  const note = cellNote(jobs.home, { id, status }, files);
  return { ...withPlace(jobs.home, name, background), ...(note !== undefined && { note }) };
}

function withPlace(home: Home, name: string, background: Background): Background {
  if (background.status !== "pending" || !background.message.includes("position")) {
    return background;
  }
  const place = (new SessionFiles(home, name).state?.queued ?? [])
    .indexOf(background.job_id) + 1;
  if (place === 0) return background;
  const message = background.message.replace(/position \d+/, `position ${place}`);
  return { ...background, message };
}

function toAnswer(awaited: Extract<Awaited, { end: unknown }>): RunAnswer {
  const { end: { result, error, outcome }, files } = awaited;
  if (result === null) throw new UserError(error ?? "The cell ended without a result");
  const ended = result as Record<string, unknown>;
  // Else the session is gone, and with it the cell.
  if (outcome.exit_code === null) {
    const printed = `${ended.stdout}${ended.stderr}`.trimEnd();
    const tail = printed === "" ? "" : `. It had printed: ${printed.slice(-LONGEST_TAIL)}`;
    throw new UserError(`${outcome.error}${tail}`);
  }
  return { ended, artifacts: files.artifacts };
}
