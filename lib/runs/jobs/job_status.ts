import type { JobRow } from "../../jobs/model/job.ts";
import { type JobView, viewOf } from "../../jobs/model/job_view.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { cellNote } from "../cell_note.ts";
import { ProgressWatch } from "../run/watch_progress.ts";
import { type OutputCursors, type OutputNews, readOutputNews } from "./job_output.ts";
import { unknownJob } from "./unknown_job.ts";

export interface StatusOptions {
  /** Answer when the job ends or this time is up; default 0. */
  waitSeconds?: number;
  cursors?: OutputCursors;
}

export interface StatusAnswer {
  job: JobView & OutputNews;
  /** The folder of what it made; a job of an older server has none. */
  artifacts?: string;
  note?: string;
}

/**
 * A job as it is now, or at its end where that is waited for.
 *
 * @throws UserError when there is no such job
 */
export async function jobStatus(
  app: App,
  id: string,
  { waitSeconds = 0, cursors = {} }: StatusOptions = {},
  caller: Caller = {},
): Promise<StatusAnswer> {
  const row = waitSeconds > 0
    ? await waitForEnd(app, id, waitSeconds, caller)
    : await app.jobs.get(id);
  if (!row) throw unknownJob(id);
  const files = app.jobs.files(id);
  return {
    job: { ...viewOf(row), ...(files && readOutputNews(row, files, cursors)) },
    artifacts: files?.artifacts,
    note: cellNote(app.jobs.home, row, files),
  };
}

async function waitForEnd(
  { jobs }: App,
  id: string,
  seconds: number,
  { signal, onProgress }: Caller,
): Promise<JobRow | undefined> {
  const files = jobs.files(id);
  const watch = files && onProgress && new ProgressWatch(files, onProgress);
  try {
    return await jobs.waitForEnd(id, seconds, signal);
  } finally {
    await watch?.stop();
  }
}
