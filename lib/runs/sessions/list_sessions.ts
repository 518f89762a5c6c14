import { isAtLeast } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import type { SessionVariable } from "../../jobs/files/messages.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import { isoTime } from "../../jobs/model/job_view.ts";
import type { App } from "../app.ts";
import { checkSessionName } from "./session_options.ts";

/** A session that lives; times are ISO 8601, UTC. */
export interface SessionView {
  session: string;
  state: "starting" | "idle" | "busy";
  /** The job of the cell that runs, else of the last one; `null` before the first. */
  job_id: string | null;
  python_version: string | null;
  directory: string;
  /** What it was started with, and what was added. */
  dependencies: string[];
  started_at: string | null;
  last_used_at: string | null;
  /** How many have begun. */
  cells: number;
  memory_mb: number | null;
  /** For one session alone; `null` while it cannot say. */
  variables?: SessionVariable[] | null;
}

/**
 * The sessions that live, by name; or one of them with its variables.
 *
 * @throws UserError when no session of this name lives
 */
export async function listSessions(app: App, name?: string): Promise<SessionView[]> {
  const { home } = app.jobs;
  if (name === undefined) {
    return SessionFiles.names(home).flatMap((one) =>
      viewOf(app, new SessionFiles(home, one)) ?? []
    );
  }
  const files = new SessionFiles(home, checkSessionName(name));
  const view = viewOf(app, files);
  if (!view) throw noSession(files);
  const { id } = files;
  const answer = view.state === "idle" && id !== undefined
    ? await app.jobs.sessions.ask(id, { variables: true })
    : undefined;
  return [{ ...view, variables: answer?.variables ?? null }];
}

/** `undefined` where it does not live, or has only just been started, or is in a looser sandbox. */
function viewOf({ settings: { sandbox } }: App, files: SessionFiles): SessionView | undefined {
  if (!files.lives) return undefined;
  const { record, state } = files;
  if (!record || !state || !isAtLeast(record.asked.sandbox, sandbox.level)) return undefined;
  return {
    session: files.name,
    state: state.state,
    job_id: state.running?.job_id ?? state.last_job_id ?? null,
    python_version: state.python_version ?? null,
    directory: record.directory,
    dependencies: [...new Set([...record.dependencies, ...state.packages ?? []])],
    started_at: secondsToIso(state.started_at),
    last_used_at: secondsToIso(state.last_used_at),
    cells: state.cells ?? 0,
    memory_mb: state.memory_bytes === undefined
      ? null
      : Math.round(state.memory_bytes / 2 ** 20 * 10) / 10,
  };
}

function secondsToIso(seconds: number | undefined): string | null {
  return seconds === undefined ? null : isoTime(Math.round(seconds * 1000));
}

/** The error for a session that does not live. */
export function noSession(files: SessionFiles): UserError {
  const { name, ended } = files;
  const how = ended ? `: ${ended.reason}` : "";
  const what = files.record ? `The session ${name} has ended${how}` : `There is no session ${name}`;
  return new UserError(`${what}. py_session_run starts one; py_sessions lists those that live.`);
}
