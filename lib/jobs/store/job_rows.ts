import type { JobRow, Progress } from "../model/job.ts";
import type { Row, Sql, Value } from "./sql.ts";

/** Adds a job as it is; false when its id or place is taken. Without `seq` it comes after all others. */
export function addJob(sql: Sql, job: Omit<JobRow, "seq"> & { seq: number | null }): boolean {
  const { changes } = sql.run(
    `INSERT INTO jobs (seq, id, kind, tool, label, status, listed, owner, parent, created_at,
       started_at, completed_at, expires_at, progress, result, error)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    job.seq,
    job.id,
    job.kind,
    job.tool,
    job.label,
    job.status,
    Number(job.listed),
    job.owner,
    job.parent,
    job.createdAt,
    job.startedAt,
    job.completedAt,
    job.expiresAt,
    toText(job.progress),
    toText(job.result),
    job.error,
  );
  return changes === 1;
}

export function toJob(row: Row): JobRow {
  return {
    seq: row.seq as number,
    id: row.id as string,
    kind: row.kind as JobRow["kind"],
    tool: row.tool as string,
    label: row.label as string | null,
    status: row.status as JobRow["status"],
    listed: row.listed === 1,
    owner: row.owner as string,
    parent: row.parent as string | null,
    createdAt: row.created_at as number,
    startedAt: row.started_at as number | null,
    completedAt: row.completed_at as number | null,
    expiresAt: row.expires_at as number | null,
    progress: fromText<Progress>(row.progress),
    result: fromText(row.result),
    error: row.error as string | null,
  };
}

export function toText(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromText<T>(text: Value | undefined): T | null {
  return typeof text === "string" ? JSON.parse(text) as T : null;
}
