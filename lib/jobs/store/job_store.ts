import {
  type JobEnd,
  type JobEntry,
  type JobRow,
  type JobStatus,
  MAY_COME_FROM,
  type Progress,
} from "../model/job.ts";
import type { JobDatabase } from "./job_database.ts";
import { JobRetention } from "./job_retention.ts";
import { ENTRY_COLUMNS, exitCodeOf, toEntry, toJob, toText } from "./job_rows.ts";
import type { Row, Value } from "./sql.ts";

/** What a new row needs; the rest follows. */
export type NewJob =
  & Pick<JobRow, "id" | "kind" | "tool" | "label" | "listed" | "owner" | "createdAt">
  & { parent?: string | null; command?: string };

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
  readonly #database: JobDatabase;
  /** Which jobs may go. */
  readonly retention: JobRetention;

  constructor(database: JobDatabase) {
    this.#database = database;
    this.retention = new JobRetention(database);
  }

  /** How often the database was opened. */
  get openings(): number {
    return this.#database.openings;
  }

  /** Adds a pending job and returns its place in the order of creation. */
  insert(job: NewJob): number {
    return this.#run(
      `INSERT INTO jobs (id, kind, tool, label, status, listed, owner, parent, created_at, command)
       VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?)`,
      job.id,
      job.kind,
      job.tool,
      job.label,
      Number(job.listed),
      job.owner,
      job.parent ?? null,
      job.createdAt,
      job.command ?? null,
    ).lastInsertRowid;
  }

  get(id: string): JobRow | undefined {
    const row = this.#get("SELECT * FROM jobs WHERE id = ?", id);
    return row && toJob(row);
  }

  /** The listed jobs, newest first. */
  list({ status, limit, before, text }: JobFilter): JobEntry[] {
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
    return this.#entries(
      `WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      ...values,
      limit,
    );
  }

  /** How many jobs are listed, of one status or of all. */
  count(status?: JobStatus): number {
    const row = status === undefined
      ? this.#get("SELECT sum(n) AS n FROM job_counts")
      : this.#get("SELECT n FROM job_counts WHERE status = ?", status);
    return Number(row?.n ?? 0);
  }

  /** How many jobs wait in the background for a slot, those after a place not counted. */
  countWaiting(upTo: number): number {
    const row = this.#get(
      "SELECT count(*) AS n FROM jobs WHERE status = 'pending' AND listed = 1 AND seq <= ? " +
        "AND kind = 'process'",
      upTo,
    );
    return Number(row?.n);
  }

  /** Jobs that have not ended, listed or not, oldest first. */
  unfinished(): JobRow[] {
    return this.#select("WHERE status IN ('pending', 'running') ORDER BY seq");
  }

  /** The listed jobs whose id starts with a text, newest first. */
  startingWith(start: string, limit: number): JobEntry[] {
    return this.#entries(
      "WHERE listed = 1 AND substr(id, 1, length(?)) = ? ORDER BY seq DESC LIMIT ?",
      start,
      start,
      limit,
    );
  }

  hasId(id: string): boolean {
    return this.#get("SELECT 1 FROM jobs WHERE id = ?", id) !== undefined;
  }

  /** Which of these are no ids of jobs. */
  unknown(ids: readonly string[]): string[] {
    return this.#database.use((sql) =>
      ids.filter((id) => sql.get("SELECT 1 FROM jobs WHERE id = ?", id) === undefined)
    );
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
       progress = coalesce(?, progress), exit_code = ?`,
      end.startedAt ?? null,
      end.completedAt,
      toText(end.result),
      end.error,
      toText(end.progress ?? null),
      exitCodeOf(end.result),
    );
  }

  setCommand(id: string, command: string): void {
    this.#run("UPDATE jobs SET command = ? WHERE id = ?", command, id);
  }

  setProgress(id: string, progress: Progress): void {
    this.#run("UPDATE jobs SET progress = ? WHERE id = ?", toText(progress), id);
  }

  setListed(id: string): void {
    this.#run("UPDATE jobs SET listed = 1, expires_at = NULL WHERE id = ?", id);
  }

  /** @param isListed Lists show it until then. */
  setAnswered(id: string, expiresAt: number, isListed: boolean): void {
    const listed = Number(isListed);
    this.#run(
      "UPDATE jobs SET expires_at = ?, listed = ?, answered = ? WHERE id = ?",
      expiresAt,
      listed,
      listed,
      id,
    );
  }

  /** Makes another server the owner; false when the job has another owner than expected. */
  changeOwner(id: string, from: string, to: string): boolean {
    return this.#run("UPDATE jobs SET owner = ? WHERE id = ? AND owner = ?", to, id, from)
      .changes === 1;
  }

  delete(ids: readonly string[]): void {
    this.#database.use((sql) =>
      sql.transaction(() => {
        for (const id of ids) sql.run("DELETE FROM jobs WHERE id = ?", id);
      })
    );
  }

  close(): void {
    this.#database.close();
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
    return this.#database.use((sql) => sql.all(`SELECT * FROM jobs ${rest}`, ...values)).map(toJob);
  }

  #entries(rest: string, ...values: Value[]): JobEntry[] {
    return this.#database.use((sql) =>
      sql.all(`SELECT ${ENTRY_COLUMNS} FROM jobs ${rest}`, ...values)
    ).map(toEntry);
  }

  #get(text: string, ...values: Value[]): Row | undefined {
    return this.#database.use((sql) => sql.get(text, ...values));
  }

  #run(text: string, ...values: Value[]) {
    return this.#database.use((sql) => sql.run(text, ...values));
  }
}
