import { UserError } from "../../base/user_error.ts";
import { writePrivate } from "../../base/private_files.ts";
import type { Home } from "../../jobs/files/home.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import type { CellInstall } from "../../jobs/files/process_spec.ts";
import { SessionFiles, type SessionRecord } from "../../jobs/files/session_files.ts";
import type { Draft, ProcessRequest } from "../../jobs/process/process_request.ts";
import { detectImports } from "../../python/source/detect_imports.ts";
import { loadDistributionTable } from "../../python/source/distribution_for_import.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { cellNote } from "../cell_note.ts";
import { type Awaited, budgetOf, startAndAwait } from "../run/await_run.ts";
import { DEFAULT_TIMEOUT_SECONDS, type RunAnswer } from "../run/run_options.ts";
import { checkLabel } from "../run/check_label.ts";
import { ensureSession, installsNothing, type LivingSession } from "./ensure_session.ts";
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
  const began = performance.now();
  for (let tries = 1;; tries++) {
    const draft = app.jobs.draft(CELL_TOOL, options.label ?? null, budget === 0);
    const awaited = await runDraft(app, draft, options, { budget, began }, caller);
    if (!("end" in awaited)) {
      await arrival(draft.files);
      return { background: explained(app, options.session, draft.files, awaited.background) };
    }
    const { end, files } = awaited;
    // It was handed over to a session that had just ended; one that waited there is told so.
    const cameTooLate = !files.hasStarted && end.error?.startsWith(GONE);
    if (cameTooLate && tries < TRIES) continue;
    return toAnswer(awaited);
  }
}

async function runDraft(
  app: App,
  draft: Draft,
  options: CellOptions,
  time: { budget: number; began: number },
  caller: Caller,
): Promise<Awaited> {
  let request: ProcessRequest;
  try {
    writePrivate(draft.files.source, options.code);
    const session = await ensureSession(app, options, draft.files.progressFile);
    request = await cellRequest(app, session, options, time.budget === 0);
  } catch (error) {
    app.jobs.discard(draft);
    throw error;
  }
  return await startAndAwait(app, draft, request, time, caller);
}

async function cellRequest(
  app: App,
  { record, isFresh, note }: LivingSession,
  options: CellOptions,
  background: boolean,
): Promise<ProcessRequest> {
  const { name, id, python, directory } = record;
  return {
    prepare: [],
    run: { argv: [python], cwd: directory, stdin_open: true },
    env: {},
    prepareEnv: {},
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    background,
    command: commandOf(name, options.code),
    details: { note },
    session: {
      id,
      name,
      client: options.client,
      install: await wantedPackages(app, record, isFresh, options),
    },
  };
}

/** What the cell needs besides what its session was started with. */
async function wantedPackages(
  { jobs }: App,
  { install, directory, asked }: SessionRecord,
  isFresh: boolean,
  { code, dependencies = [], detectsImports, session }: CellOptions,
): Promise<CellInstall | undefined> {
  if (!install) {
    if (dependencies.length === 0) return undefined;
    throw installsNothing(session);
  }
  const isAsItIs = asked.python_version?.includes("/") ?? false;
  const requirements = isFresh && !isAsItIs ? [] : dependencies;
  const modules = detectsImports ? await importedModules(code, directory) : [];
  if (requirements.length === 0 && modules.length === 0) return undefined;
  return {
    argv: install,
    requirements,
    modules,
    folder: new SessionFiles(jobs.home, session).packages,
  };
}

/** The modules that code imports and Python does not have, each with its distribution, where one is known. */
async function importedModules(code: string, directory: string): Promise<[string, string][]> {
  if (!/\bimport\b/.test(code)) return [];
  const source = code.replace(/^([^\S\n]*)[%!].*$/gm, "$1pass");
  const { imports, dependencies } = await detectImports(source, { directory });
  const table = await loadDistributionTable();
  return imports.flatMap((module) => {
    const found = table.find(module)?.distribution;
    return found !== undefined && dependencies.includes(found)
      ? [[module.split(".")[0]!, found] as [string, string]]
      : [];
  });
}

function commandOf(name: string, code: string): string {
  const first = code.trim().split("\n")[0]!;
  const text = `session ${name}: ${first}`;
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

/**
 * Waits until the session has a cell: whoever is told of it, and sends another one, finds them run in this
 * order. Should its launcher have died, another one brings it.
 */
async function arrival(files: JobFiles): Promise<void> {
  for (const until = performance.now() + ARRIVAL_MS; performance.now() < until;) {
    if (files.acceptedBy !== undefined || files.outcome || !files.isThere) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
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
