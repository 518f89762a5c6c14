import { isFinal, type JobStatus } from "../../jobs/model/job.ts";

/**
 * What a caller of cancel is told, by the status that the job has now.
 *
 * @param survivors what could not be stopped, where that is known
 */
export function cancelMessage(status: JobStatus, wasFinal: boolean, survivors: string[]): string {
  if (status === "cancelled" && !wasFinal) return "Job cancelled";
  if (isFinal(status)) return `Nothing to cancel: the job had ended before (${status})`;
  const named = survivors.length === 0 ? "Not everything of the job" : survivors.join(", ");
  return `${named} could not be stopped within 30 s; the job runs on and is still being stopped`;
}
