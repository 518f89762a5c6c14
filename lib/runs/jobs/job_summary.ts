import { isFinal, type JobEntry } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";

/** A listed job with the progress that its script reported last. */
export function withProgress<Row extends JobEntry>(app: Pick<App, "jobs">, row: Row): Row {
  if (isFinal(row.status)) return row;
  return { ...row, progress: app.jobs.files(row.id)?.progress ?? row.progress };
}

/** How long the job ran, or has been running; seconds, `undefined` before its start. */
export function secondsOf({ startedAt, completedAt }: JobEntry, now = Date.now()) {
  return startedAt === null ? undefined : ((completedAt ?? now) - startedAt) / 1000;
}

/** The exit code that stands for a job that has ended: its script's, if it came to one. */
export function exitCodeOf({ status, exitCode }: JobEntry): number {
  if (status === "completed") return 0;
  if (status === "cancelled") return 130;
  return exitCode || 1;
}
