import type { JobStatus } from "../../jobs/model/job.ts";
import { type JobView, viewOf } from "../../jobs/model/job_view.ts";
import type { App } from "../app.ts";

export interface ListOptions {
  status?: JobStatus;
  limit: number;
}

export interface ListAnswer {
  /** Newest first. */
  jobs: JobView[];
  /** How many match. */
  total: number;
  /** What its user should know of the home, said once. */
  note?: string;
}

/** The jobs of the home, whichever server started them. */
export async function listJobs(
  { jobs }: Pick<App, "jobs">,
  options: ListOptions,
): Promise<ListAnswer> {
  const { rows, total } = await jobs.list(options);
  const note = jobs.notices.take();
  return { jobs: rows.map(viewOf), total, ...(note && { note }) };
}
