import { isFinal, JOB_STATUSES, type JobStatus, type Progress } from "../model/job.ts";
import type { NewRow } from "./job_rows.ts";

/** Jobs of a server that kept them in one JSON file. */
export interface OldJobs {
  /** In the order of creation. */
  jobs: Omit<NewRow, "seq">[];
  /** Entries that are no jobs. */
  bad: number;
}

/** The owner of imported jobs. */
export const IMPORTED = "imported";
const LONGEST_ID = 200;

/**
 * Reads an older server's `jobs.json`: a list, an object keyed by id, or `{jobs: …}` of either.
 * Timestamps without a zone are local time. What was pending or running has failed.
 */
export function readOldJobs(content: unknown): OldJobs {
  const found = entries(content);
  const jobs = found.map(toJob).filter((job) => job !== undefined)
    .sort((a, b) => a.createdAt - b.createdAt);
  return { jobs, bad: found.length - jobs.length };
}

function entries(content: unknown): Record<string, unknown>[] {
  const jobs = isObject(content) && (Array.isArray(content.jobs) || isObject(content.jobs))
    ? content.jobs
    : content;
  if (Array.isArray(jobs)) return jobs.map((job) => isObject(job) ? job : {});
  if (!isObject(jobs)) return [{}];
  return Object.entries(jobs).map(([id, job]) => isObject(job) ? { id, ...job } : {});
}

function toJob(entry: Record<string, unknown>): Omit<NewRow, "seq"> | undefined {
  const { id, status } = entry;
  const createdAt = time(entry.created_at);
  if (typeof id !== "string" || id === "" || id.length > LONGEST_ID) return undefined;
  if (createdAt === undefined || !JOB_STATUSES.includes(status as JobStatus)) return undefined;
  const label = typeof entry.label === "string" ? entry.label : null;
  const error = typeof entry.error === "string" ? entry.error : null;
  const ended = isFinal(status as JobStatus);
  const startedAt = time(entry.started_at) ?? null;
  return {
    id,
    kind: "task",
    tool: label ?? IMPORTED,
    label,
    status: ended ? status as JobStatus : "failed",
    listed: true,
    owner: IMPORTED,
    parent: null,
    createdAt,
    startedAt,
    completedAt: time(entry.completed_at) ?? startedAt ?? createdAt,
    expiresAt: null,
    progress: toProgress(entry.progress),
    result: entry.result ?? null,
    error: ended
      ? error
      : "The server that ran this job is gone; the job was taken over from its jobs.json",
  };
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
