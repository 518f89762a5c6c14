import type { JobRow, JobStatus, Progress } from "./job.ts";

/** A job as clients see it; times are ISO 8601, UTC. */
export interface JobView {
  id: string;
  /** The same as `id`: what tools call it. */
  job_id: string;
  label: string | null;
  status: JobStatus;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  progress: Progress | null;
  result: unknown;
  /** One line. */
  error: string | null;
  parent_id?: string;
}

export function viewOf(row: JobRow): JobView {
  return {
    id: row.id,
    job_id: row.id,
    label: row.label ?? row.tool,
    status: row.status,
    created_at: isoTime(row.createdAt)!,
    started_at: isoTime(row.startedAt),
    completed_at: isoTime(row.completedAt),
    progress: row.progress,
    result: row.result,
    error: row.error === null ? null : oneLine(row.error),
    ...(row.parent === null ? {} : { parent_id: row.parent }),
  };
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

/** A row may hold any number that a script has written; no date is later. */
const LAST_MS = 8.64e15;

export function isoTime(milliseconds: number | null): string | null {
  if (milliseconds === null) return null;
  return new Date(Math.max(-LAST_MS, Math.min(milliseconds, LAST_MS))).toISOString();
}
