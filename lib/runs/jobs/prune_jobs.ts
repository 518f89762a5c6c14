import { UserError } from "../../base/user_error.ts";
import { isFinal, type JobStatus } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { unknownJob } from "./unknown_job.ts";

/** Which jobs go; without any of it none does. */
export interface PruneOptions {
  /** Default true. */
  keepCompleted?: boolean;
  /** Default true. Cancelled jobs go with failed ones. */
  keepFailed?: boolean;
  /** Only those that ended at least so long ago; default 24, 0 = all. */
  maxAgeHours?: number;
}

export interface PruneAnswer {
  removed: number;
  remaining: number;
  note?: string;
}

/** Removes ended jobs with their files; never a pending or running one. */
export async function pruneJobs(
  { jobs }: Pick<App, "jobs">,
  { keepCompleted = true, keepFailed = true, maxAgeHours = 24 }: PruneOptions,
): Promise<PruneAnswer> {
  const statuses: JobStatus[] = [];
  if (!keepCompleted) statuses.push("completed");
  if (!keepFailed) statuses.push("failed", "cancelled");
  if (statuses.length === 0) {
    return {
      removed: 0,
      remaining: (await jobs.list({ limit: 1 })).total,
      note: "Nothing was asked for: set keep_completed or keep_failed to false",
    };
  }
  const removed = await jobs.prune(statuses, Date.now() - maxAgeHours * 3600_000);
  const note = removed === 0 ? youngNote(jobs, statuses, maxAgeHours) : undefined;
  return { removed, remaining: jobs.store.count(), ...(note && { note }) };
}

/** Why nothing was removed, where jobs of those statuses are only too young. */
function youngNote(
  { store }: App["jobs"],
  statuses: JobStatus[],
  maxAgeHours: number,
): string | undefined {
  const kept = statuses.reduce((sum, status) => sum + store.count(status), 0);
  if (kept === 0 || maxAgeHours === 0) return undefined;
  const jobs = kept === 1 ? "1 job was kept, since it" : `${kept} jobs were kept, since they`;
  return `${jobs} ended less than ${maxAgeHours} h ago: set max_age_hours to 0 to remove jobs of any age`;
}

/**
 * Removes jobs that are named, with their files: all of them, or none when one may not be removed.
 *
 * @throws UserError when one is unknown or has not ended
 */
export async function removeJobs(
  { jobs }: Pick<App, "jobs">,
  ids: Iterable<string>,
): Promise<PruneAnswer> {
  const known = new Set(ids);
  for (const id of known) {
    const row = await jobs.get(id);
    if (!row?.listed) throw unknownJob(id);
    if (!isFinal(row.status)) {
      throw new UserError(`Cannot remove job ${id}: it is ${row.status}. Cancel it first.`);
    }
  }
  const removed = [...known].filter((id) => jobs.remove(id)).length;
  return { removed, remaining: jobs.store.count() };
}
