import { explainSystemError } from "../../base/explain_system_error.ts";
import type { JobFiles } from "../files/job_files.ts";
import { type JobEnd, type JobRow, statusOf } from "../model/job.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Describe } from "./describe.ts";

export interface SettleOptions {
  store: JobStore;
  describe: Describe;
  log: (message: string) => void;
}

/**
 * Ends a job's row as its files say, and returns the row; while that cannot be stored, whoever asks is told
 * all the same.
 */
export async function settleJob(
  row: JobRow,
  files: JobFiles,
  { store, describe, log }: SettleOptions,
): Promise<JobRow> {
  const end = row.kind === "task" ? files.taskEnd! : await endOf(files, describe);
  try {
    store.end(row.id, end);
    return store.get(row.id) ?? row;
  } catch (error) {
    if (explainSystemError(error) === undefined) throw error;
    log(`job ${row.id} has ended, which is to be stored later: ${error}`);
    const { startedAt = row.startedAt, progress = row.progress } = end;
    return { ...row, ...end, startedAt, progress };
  }
}

/** A time from a supervisor's file, where it is in seconds. */
export function milliseconds(seconds: number | undefined): number | undefined {
  return Number.isFinite(seconds) ? Math.round(seconds! * 1000) : undefined;
}

async function endOf(files: JobFiles, describe: Describe): Promise<JobEnd> {
  const outcome = files.outcome!;
  return {
    status: statusOf(outcome),
    ...await describe(files, outcome),
    startedAt: milliseconds(outcome.started_at),
    completedAt: milliseconds(outcome.ended_at)!,
    progress: files.progress,
  };
}
