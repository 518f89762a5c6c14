import { isFinal, type JobStatus } from "../jobs/job.ts";

/** What a caller of cancel is told, by the status that the job has now. */
export function cancelMessage(status: JobStatus, wasFinal: boolean): string {
  if (status === "cancelled" && !wasFinal) return "Job cancelled";
  return isFinal(status)
    ? `Nothing to cancel: the job had ended before (${status})`
    : "Not everything of the job could be stopped within 30 s; it is still being stopped";
}
