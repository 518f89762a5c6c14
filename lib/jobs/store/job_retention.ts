import type { JobStatus } from "../model/job.ts";
import type { JobDatabase } from "./job_database.ts";
import { IMPORTED } from "./old_jobs.ts";
import type { Value } from "./sql.ts";

const DAY_MS = 24 * 3600 * 1000;

/** How old the home and its jobs are, and so which of them may go. */
export class JobRetention {
  readonly #database: JobDatabase;

  constructor(database: JobDatabase) {
    this.#database = database;
  }

  /**
   * Tells the home what the clock says, and returns the home's age: how long it has been in use, in
   * milliseconds. A day at most passes between two calls, and none when the clock was set back: so a
   * clock that is wrong for a while, however far, makes nothing old.
   */
  passTime(clock: number): number {
    const row = this.#database.use((sql) =>
      sql.get(
        `UPDATE home_age SET clock = ?1, age = age + max(0, min(coalesce(?1 - clock, 0), ?2)) RETURNING age`,
        clock,
        DAY_MS,
      )
    );
    return Number(row!.age);
  }

  /** The ids of listed jobs that ended before a time, with one of the statuses. */
  endedBefore(time: number, statuses: readonly JobStatus[], limit: number): string[] {
    const marks = statuses.map(() => "?").join(", ");
    return this.#ids(
      `INDEXED BY jobs_ended WHERE listed = 1 AND completed_at <= ? AND status IN (${marks}) LIMIT ?`,
      time,
      ...statuses,
      limit,
    );
  }

  /** The ids of jobs that ended before an age of the home; imported ones stay until somebody prunes them. */
  outdated(age: number, limit: number): string[] {
    return this.#ids(
      "INDEXED BY jobs_outdated WHERE listed = 1 AND ended_at_age <= ? AND owner <> ? LIMIT ?",
      age,
      IMPORTED,
      limit,
    );
  }

  /** The ids of runs that were answered within their calls and whose files may go. */
  expired(now: number, limit: number): string[] {
    return this.#ids("WHERE expires_at <= ? LIMIT ?", now, limit);
  }

  #ids(rest: string, ...values: Value[]): string[] {
    return this.#database.use((sql) => sql.all(`SELECT id FROM jobs ${rest}`, ...values))
      .map(({ id }) => id as string);
  }
}
