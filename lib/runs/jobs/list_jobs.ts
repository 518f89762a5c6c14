import { entryViewOf, type JobEntryView } from "../../jobs/model/entry_view.ts";
import type { JobStatus } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { withProgress } from "./job_summary.ts";

export interface ListOptions {
  status?: JobStatus;
  limit: number;
}

export interface ListAnswer {
  /** Newest first, without what they printed. */
  jobs: JobEntryView[];
  /** How many match. */
  total: number;
  /** What its user should know of the home, said once. */
  note?: string;
}

/** How many jobs a list shows where nobody says. */
export const LISTED_JOBS = 20;

/** The jobs of the home, whichever server started them. */
export async function listJobs(app: Pick<App, "jobs">, options: ListOptions): Promise<ListAnswer> {
  const { rows, total } = await app.jobs.list(options);
  const jobs = rows.map((row) => entryViewOf(withProgress(app, row)));
  const note = app.jobs.notices.take();
  return { jobs, total, ...(note && { note }) };
}
