import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type JobEnd, type JobRow, type JobStatus, MAY_COME_FROM, type Progress } from "./job.ts";

type Value = string | number | null;

/** What a new row needs; the rest follows. */
export type NewJob =
  & Pick<JobRow, "id" | "kind" | "tool" | "label" | "listed" | "owner" | "createdAt">
  & { parent?: string | null };

export interface JobFilter {
  status?: JobStatus;
  limit: number;
  /** Only jobs created before this one (its `seq`); for pages. */
  before?: number;
  /** Only jobs whose label, tool or id holds this text; upper and lower case are the same. */
  text?: string;
}

/** The table of jobs (SQLite): every server of a home has it open, and only servers write to it. */
export class JobStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param db A database that `openJobDatabase` has brought to the current schema. */
  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Adds a pending job and returns its place in the order of creation. */
  insert(job: NewJob): number {
    const { lastInsertRowid } = this.#run(
      `INSERT INTO jobs (id, kind, tool, label, status, listed, owner, parent, created_at)
       VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?)`,
      job.id,
      job.kind,
      job.tool,
      job.label,
      Number(job.listed),
      job.owner,
      job.parent ?? null,
      job.createdAt,
    );
    return Number(lastInsertRowid);
  }

  /** Adds a job that came to its end elsewhere, with the id and times that it has. */
  insertEnded(job: NewJob, end: JobEnd): void {
    this.#transaction(() => {
      this.insert(job);
      this.end(job.id, end);
    });
  }

  get(id: string): JobRow | undefined {
    const row = this.#statement("SELECT * FROM jobs WHERE id = ?").get(id);
    return row && toJob(row as Record<string, Value>);
  }

  /** The listed jobs, newest first. */
  list({ status, limit, before, text }: JobFilter): JobRow[] {
    const conditions = ["listed = 1"];
    const values: Value[] = [];
    if (status !== undefined) {
      conditions.push("status = ?");
      values.push(status);
    }
    if (before !== undefined) {
      conditions.push("seq < ?");
      values.push(before);
    }
    if (text !== undefined) {
      conditions.push("instr(lower(coalesce(label, tool) || ' ' || id), lower(?)) > 0");
      values.push(text);
    }
    return this.#select(
      `WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      ...values,
      limit,
    );
  }

  /** How many jobs are listed, of one status or of all. */
  count(status?: JobStatus): number {
    const row = status === undefined
      ? this.#statement("SELECT sum(n) AS n FROM job_counts").get()
      : this.#statement("SELECT n FROM job_counts WHERE status = ?").get(status);
    return Number(row?.n ?? 0);
  }

  /** How many jobs wait in the background for a slot, those after a place not counted. */
  countWaiting(upTo: number): number {
    const row = this.#statement(
      "SELECT count(*) AS n FROM jobs WHERE status = 'pending' AND listed = 1 AND seq <= ? " +
        "AND kind = 'process'",
    ).get(upTo);
    return Number(row?.n);
  }

  /** Jobs that have not ended, listed or not, oldest first. */
  unfinished(): JobRow[] {
    return this.#select("WHERE status IN ('pending', 'running') ORDER BY seq");
  }

  /** Listed jobs that ended before a time, with one of the statuses. */
  endedBefore(time: number, statuses: readonly JobStatus[]): JobRow[] {
    const marks = statuses.map(() => "?").join(", ");
    return this.#select(
      `WHERE listed = 1 AND status IN (${marks}) AND completed_at <= ? ORDER BY seq`,
      ...statuses,
      time,
    );
  }

  /** Unlisted runs whose files may go. */
  expired(now: number): JobRow[] {
    return this.#select("WHERE expires_at <= ?", now);
  }

  /** The listed jobs whose id starts with a text, newest first. */
  startingWith(start: string, limit: number): JobRow[] {
    return this.#select(
      "WHERE listed = 1 AND substr(id, 1, length(?)) = ? ORDER BY seq DESC LIMIT ?",
      start,
      start,
      limit,
    );
  }

  hasId(id: string): boolean {
    return this.#statement("SELECT 1 FROM jobs WHERE id = ?").get(id) !== undefined;
  }

  /** False when the job was not pending any more. */
  markRunning(id: string, startedAt: number): boolean {
    return this.#change(id, "running", "started_at = ?", startedAt);
  }

  /** False when the job had ended before: final statuses never change. */
  end(id: string, end: JobEnd): boolean {
    return this.#change(
      id,
      end.status,
      `started_at = coalesce(?, started_at), completed_at = ?, result = ?, error = ?,
       progress = coalesce(?, progress)`,
      end.startedAt ?? null,
      end.completedAt,
      toText(end.result),
      end.error,
      toText(end.progress ?? null),
    );
  }

  setProgress(id: string, progress: Progress): void {
    this.#run("UPDATE jobs SET progress = ? WHERE id = ?", toText(progress), id);
  }

  setListed(id: string): void {
    this.#run("UPDATE jobs SET listed = 1, expires_at = NULL WHERE id = ?", id);
  }

  setExpiry(id: string, expiresAt: number): void {
    this.#run("UPDATE jobs SET expires_at = ? WHERE id = ?", expiresAt, id);
  }

  /** Makes another server the owner; false when the job has another owner than expected. */
  changeOwner(id: string, from: string, to: string): boolean {
    return this.#run("UPDATE jobs SET owner = ? WHERE id = ? AND owner = ?", to, id, from)
      .changes === 1;
  }

  delete(ids: readonly string[]): void {
    this.#transaction(() => {
      for (const id of ids) this.#run("DELETE FROM jobs WHERE id = ?", id);
    });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #change(id: string, to: JobStatus, assignments: string, ...values: Value[]): boolean {
    const from = MAY_COME_FROM[to].map((status) => `'${status}'`).join(", ");
    const { changes } = this.#run(
      `UPDATE jobs SET status = '${to}', ${assignments} WHERE id = ? AND status IN (${from})`,
      ...values,
      id,
    );
    return changes === 1;
  }

  #select(rest: string, ...values: Value[]): JobRow[] {
    const rows = this.#statement(`SELECT * FROM jobs ${rest}`).all(...values);
    return rows.map((row) => toJob(row as Record<string, Value>));
  }

  #run(sql: string, ...values: Value[]) {
    return this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #transaction(act: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      act();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

function toText(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromText<T>(text: Value | undefined): T | null {
  return typeof text === "string" ? JSON.parse(text) as T : null;
}

function toJob(row: Record<string, Value>): JobRow {
  return {
    seq: row.seq as number,
    id: row.id as string,
    kind: row.kind as JobRow["kind"],
    tool: row.tool as string,
    label: row.label as string | null,
    status: row.status as JobStatus,
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
