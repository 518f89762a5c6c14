import { DatabaseSync, type StatementSync } from "node:sqlite";

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** How long a write waits for another server's, in milliseconds; node:sqlite's own default is 0. */
const BUSY_MS = 5000;

/** As SQLite says that a file is no database, or not the one that it was. */
const DAMAGE = /file is not a database|malformed|no such table/;

/** Whether an error means that the database is damaged; others pass, or are faults of a statement. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && DAMAGE.test(error.message);
}

/** Whether a write was refused since the file was opened while nobody could write to it: it stays so. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /readonly database/.test(error.message);
}

/** A SQLite database with its prepared statements. */
export class Sql implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
  }

  /** The schema's version: `PRAGMA user_version`. */
  get version(): number {
    return Number(this.get("PRAGMA user_version")?.user_version);
  }

  /** Runs statements that have no values. */
  exec(text: string): void {
    this.#db.exec(text);
  }

  run(text: string, ...values: Value[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.#statement(text).run(...values);
    return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
  }

  get(text: string, ...values: Value[]): Row | undefined {
    return this.#statement(text).get(...values) as Row | undefined;
  }

  all(text: string, ...values: Value[]): Row[] {
    return this.#statement(text).all(...values) as Row[];
  }

  /** All of what `act` does, or nothing. */
  transaction<T>(act: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = act();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.exec("ROLLBACK");
      } catch {
        // SQLite has rolled back by itself: a full disk, a damaged file.
      }
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}
