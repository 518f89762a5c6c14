import type { JobEntry, JobRow, Progress } from "../model/job.ts";
import type { Row, Sql, Value } from "./sql.ts";

/** What of a row is known later, or can be told from the rest. */
type Later = "command" | "exitCode" | "answered";
export type NewRow =
  & Omit<JobRow, "seq" | Later>
  & Partial<Pick<JobRow, Later>>
  & { seq: number | null };

/** The columns that are no result: results may be large. */
export const ENTRY_COLUMNS =
  "seq, id, kind, tool, label, status, listed, owner, parent, created_at, " +
  "started_at, completed_at, expires_at, progress, error, command, exit_code, answered";

/** Adds a job as it is; false when its id or place is taken. Without `seq` it comes after all others. */
export function addJob(sql: Sql, job: NewRow): boolean {
  const { changes } = sql.run(
    `INSERT INTO jobs (seq, id, kind, tool, label, status, listed, owner, parent, created_at,
       started_at, completed_at, expires_at, progress, result, error, command, exit_code, answered)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
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
    job.command ?? null,
    job.exitCode ?? exitCodeOf(job.result),
    Number(job.answered ?? false),
  );
  return changes === 1;
}

export function toJob(row: Row): JobRow {
  return { ...toEntry(row), result: fromText(row.result) };
}

export function toEntry(row: Row): JobEntry {
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
    error: row.error as string | null,
    command: row.command as string | null,
    exitCode: row.exit_code as number | null,
    answered: row.answered === 1,
  };
}

/** The exit code that a result tells of. */
export function exitCodeOf(result: unknown): number | null {
  const { exit_code } = (result ?? {}) as { exit_code?: unknown };
  return Number.isInteger(exit_code) ? exit_code as number : null;
}

export function toText(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromText<T>(text: Value | undefined): T | null {
  return typeof text === "string" ? JSON.parse(text) as T : null;
}
