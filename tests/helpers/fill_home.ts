import { join } from "node:path";
import { openHome } from "../../lib/jobs/home.ts";
import { type JobEnd } from "../../lib/jobs/job.ts";
import { JobStore, type NewJob } from "../../lib/jobs/job_store.ts";
import { openJobDatabase } from "../../lib/jobs/open_job_database.ts";

/** Puts so many jobs that have ended into a home, without running any; returns their ids. */
export function fillHome(
  path: string,
  count: number,
  differing: (index: number) => Partial<NewJob & JobEnd> = () => ({}),
): string[] {
  const home = openHome(path);
  const database = openJobDatabase(join(home.meta, "jobs.db"));
  const store = new JobStore(database);
  const now = Date.now();
  database.exec("PRAGMA synchronous = OFF");
  const ids = Array.from({ length: count }, (_, index) => {
    const job = {
      id: crypto.randomUUID(),
      kind: "process",
      tool: "py_run_script_in_dir_async",
      label: null,
      listed: true,
      owner: "nobody",
      createdAt: now - 2000,
      status: "completed",
      result: { stdout: "x".repeat(1000), stderr: "", exit_code: 0, elapsed_seconds: 1 },
      error: null,
      startedAt: now - 2000,
      completedAt: now - 1000,
      ...differing(index),
    } as const;
    store.insertEnded(job, job);
    return job.id;
  });
  store.close();
  return ids;
}
