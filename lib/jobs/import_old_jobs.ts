import { readIfThere } from "../base/private_files.ts";
import { isFinal, JOB_STATUSES, type JobEnd, type JobStatus, type Progress } from "./job.ts";
import { SNAPSHOT_MARK } from "./job_snapshot.ts";
import type { JobStore, NewJob } from "./job_store.ts";

/** What came of an older server's `jobs.json`. */
export interface Imported {
  jobs: number;
  /** Entries that were no jobs, or had an id that is taken. */
  skipped: number;
}

const OWNER = "imported";
const LONGEST_ID = 200;

/**
 * Takes over the jobs of a server that kept them in one JSON file: a list, an object keyed by id, or
 * `{jobs: …}` of either. Timestamps without a zone are local time. The file is kept as
 * `jobs.json.imported`. `undefined`: there is no such file, or it is our own snapshot.
 */
export function importOldJobs(path: string, store: JobStore): Imported | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const content = parse(text);
  if (isObject(content) && content.generator === SNAPSHOT_MARK) return undefined;
  const found = entries(content);
  const jobs = found.map(toJob).filter((job) => job !== undefined)
    .filter(([job]) => !store.hasId(job.id))
    .sort(([a], [b]) => a.createdAt - b.createdAt);
  for (const [job, end] of jobs) store.insertEnded(job, end);
  renameIfThere(path, `${path}.imported`);
  return { jobs: jobs.length, skipped: found.length - jobs.length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entries(content: unknown): Record<string, unknown>[] {
  const jobs = isObject(content) && (Array.isArray(content.jobs) || isObject(content.jobs))
    ? content.jobs
    : content;
  if (Array.isArray(jobs)) return jobs.map((job) => isObject(job) ? job : {});
  if (!isObject(jobs)) return [];
  return Object.entries(jobs).map(([id, job]) => isObject(job) ? { id, ...job } : {});
}

function toJob(entry: Record<string, unknown>): [NewJob, JobEnd] | undefined {
  const { id, status } = entry;
  const createdAt = time(entry.created_at);
  if (typeof id !== "string" || id === "" || id.length > LONGEST_ID || createdAt === undefined) {
    return undefined;
  }
  if (!JOB_STATUSES.includes(status as JobStatus)) return undefined;
  const ended = isFinal(status as JobStatus);
  const label = typeof entry.label === "string" ? entry.label : null;
  const error = typeof entry.error === "string" ? entry.error : null;
  return [
    { id, kind: "task", tool: label ?? "imported", label, listed: true, owner: OWNER, createdAt },
    {
      status: ended ? status as JobEnd["status"] : "failed",
      result: entry.result ?? null,
      error: ended
        ? error
        : "The server that ran this job is gone; it was taken over from jobs.json",
      startedAt: time(entry.started_at),
      completedAt: time(entry.completed_at) ?? time(entry.started_at) ?? createdAt,
      progress: toProgress(entry.progress),
    },
  ];
}

function time(value: unknown): number | undefined {
  // JavaScript reads a date and time without a zone as local time, as Python's isoformat() wrote it.
  const milliseconds = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function toProgress(value: unknown): Progress | null {
  if (!isObject(value) || typeof value.current !== "number") return null;
  return {
    current: value.current,
    total: typeof value.total === "number" ? value.total : null,
    message: typeof value.message === "string" ? value.message : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    // Another server has just imported the same file.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
