import { ensureFolder } from "../../lib/base/private_files.ts";
import { jobFolder, openHome } from "../../lib/jobs/files/home.ts";
import type { JobRow } from "../../lib/jobs/model/job.ts";
import { JobDatabase } from "../../lib/jobs/store/job_database.ts";
import { addJob } from "../../lib/jobs/store/job_rows.ts";

/** Puts so many ended jobs into a home, each with its folder, without running any; returns their ids. */
export function fillHome(
  path: string,
  count: number,
  differing: (index: number) => Partial<JobRow> = () => ({}),
): string[] {
  const home = openHome(path);
  const database = new JobDatabase(home, () => {});
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const now = Date.now();
  database.use((sql) =>
    sql.transaction(() => {
      for (const [index, id] of ids.entries()) {
        addJob(sql, {
          seq: null,
          id,
          kind: "process",
          tool: "py_run_script_in_dir_async",
          label: null,
          status: "completed",
          listed: true,
          owner: "nobody",
          parent: null,
          createdAt: now - 2000,
          startedAt: now - 2000,
          completedAt: now - 1000,
          expiresAt: null,
          progress: null,
          result: { stdout: "x".repeat(1000), stderr: "", exit_code: 0, elapsed_seconds: 1 },
          error: null,
          ...differing(index),
        });
        ensureFolder(jobFolder(home, id)!);
      }
    })
  );
  database.close();
  return ids;
}
