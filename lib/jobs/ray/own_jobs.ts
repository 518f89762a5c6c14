import type { Owner } from "../files/owner.ts";
import type { JobRow } from "../model/job.ts";
import type { JobStore } from "../store/job_store.ts";

/** The jobs on a cluster that have not ended, without those that another server follows. */
export function ownJobs(store: JobStore, owner: Owner): JobRow[] {
  const lives = new Map<string, boolean>();
  return store.unfinished().filter((row) => {
    if (row.kind !== "ray") return false;
    if (row.owner === owner.id) return true;
    if (!lives.has(row.owner)) lives.set(row.owner, owner.lives(row.owner));
    return !lives.get(row.owner);
  });
}
