import { isFinal, type JobStatus } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { unknownJob } from "./unknown_job.ts";

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
  const cancelled = await jobs.cancel(id);
  if (!cancelled) throw unknownJob(id);
  const { row: { status }, wasFinal } = cancelled;
  const survivors = jobs.files(id)?.survivors ?? [];
  return {
    job_id: id,
    status,
    message: cancelMessage(status, wasFinal, survivors, jobs.cancelSeconds),
  };
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
