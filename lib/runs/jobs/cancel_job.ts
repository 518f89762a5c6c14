import { isFinal, type JobStatus } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { unknownJob } from "./unknown_job.ts";

/** How long the cancel of a cell waits: what does not stop soon costs the session, which is to be told first. */
const CELL_SECONDS = 5;

/** The status that a job has after a cancel, and what happened in words. */
export interface CancelAnswer {
  job_id: string;
  status: JobStatus;
  message: string;
}

/**
 * Stops a job of any server and everything that it started; answers when nothing of it runs, or after
 * 30 s. A job that had ended stays what it was, and the message says so.
 *
 * @throws UserError when there is no such job
 */
export async function cancelJob({ jobs }: Pick<App, "jobs">, id: string): Promise<CancelAnswer> {
  const session = jobs.files(id)?.shownSpec?.process.session;
  const cancelled = await jobs.cancel(id, session && CELL_SECONDS);
  if (!cancelled) throw unknownJob(id);
  const { row: { status, error }, wasFinal } = cancelled;
  if (session && !wasFinal) {
    const message = cellMessage(status, session.name, error);
    if (message !== undefined) return { job_id: id, status, message };
  }
  const survivors = jobs.files(id)?.survivors ?? [];
  return {
    job_id: id,
    status,
    message: cancelMessage(status, wasFinal, survivors, jobs.cancelSeconds),
  };
}

/** What a caller is told of a cell that was interrupted, where the usual words do not do. */
function cellMessage(status: JobStatus, session: string, error: string | null): string | undefined {
  if (!isFinal(status)) {
    return `Interrupted, and still running: it does not yield to KeyboardInterrupt. If it does not soon ` +
      `(PYTHON_MCP_SESSION_GRACE_SECONDS), the session ${session} is ended, and its variables are lost`;
  }
  return error === null ? undefined : error;
}

/**
 * What a caller of cancel is told, by the status that the job has now.
 *
 * @param survivors what could not be stopped, where that is known
 * @param seconds how long the cancel waited for their end
 */
export function cancelMessage(
  status: JobStatus,
  wasFinal: boolean,
  survivors: string[],
  seconds: number,
): string {
  if (status === "cancelled" && !wasFinal) return "Job cancelled";
  if (isFinal(status)) return `Nothing to cancel: the job had ended before (${status})`;
  const named = survivors.length === 0 ? "Not everything of the job" : survivors.join(", ");
  return `${named} could not be stopped within ${seconds} s; the job runs on and is still being stopped`;
}
