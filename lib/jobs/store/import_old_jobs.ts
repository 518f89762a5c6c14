import { basename, join } from "node:path";
import { exists, readJsonIfThere } from "../../base/private_files.ts";
import type { Home } from "../files/home.ts";
import { addJob, type NewRow } from "./job_rows.ts";
import { isSnapshot, snapshotPath } from "./snapshot_file.ts";
import { readOldJobs } from "./old_jobs.ts";
import type { Sql } from "./sql.ts";

/** Whether there is a `meta/jobs.json` that an older server wrote, and not our own snapshot. */
export function findOldJobs(home: Home): boolean {
  return isSnapshot(snapshotPath(home)) === false;
}

/**
 * Takes over the jobs of an older server's `meta/jobs.json` and keeps the file as
 * `jobs.json.imported`. Jobs whose id is there already are skipped, so that an import which was cut
 * off can be made once more. Returns what the user should know.
 */
export function importOldJobs(home: Home, sql: Sql): string {
  const path = snapshotPath(home);
  const { jobs, bad } = readOldJobs(readJsonIfThere(path));
  const added = sql.transaction(() => addOldJobs(sql, jobs));
  const kept = freeName(`${path}.imported`);
  Deno.renameSync(path, kept);
  const found = bad + jobs.length;
  return `Imported ${added} of ${found} jobs from ${path} of an older server, which is kept as ` +
    basename(kept) +
    (added === found ? "" : `; skipped: ${found - added} that are no jobs, or were there already`);
}

/** Takes over once more what was imported into a database that is lost. */
export function importAgain(home: Home, sql: Sql): number {
  let added = 0;
  for (const { name } of Deno.readDirSync(home.meta)) {
    if (!name.startsWith("jobs.json.imported")) continue;
    added += addOldJobs(sql, readOldJobs(readJsonIfThere(join(home.meta, name))).jobs);
  }
  return added;
}

/** They come before all others in the order of creation. */
function addOldJobs(sql: Sql, jobs: Omit<NewRow, "seq">[]): number {
  const first = Number(sql.get("SELECT min(seq) AS seq FROM jobs")?.seq ?? 1);
  return jobs.filter((job, n) => addJob(sql, { ...job, seq: Math.min(first, 1) - jobs.length + n }))
    .length;
}

function freeName(path: string): string {
  return exists(path) ? `${path}-${Date.now()}` : path;
}
