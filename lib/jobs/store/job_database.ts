import { statIfThere } from "../../base/private_files.ts";
import { databasePath, type Home } from "../files/home.ts";
import { SCHEMA_VERSION } from "./job_schema.ts";
import { type OpenDatabase, type OpeningOptions, openJobDatabase } from "./open_job_database.ts";
import { isDamage, isReadOnly, type Sql } from "./sql.ts";

/** How long the first opening waits for servers that are just opening it too. */
const OPENING_MS = 5000;
/** How long a use waits for another server that makes a removed database anew. */
const REOPENING_MS = 500;

/**
 * `meta/jobs.db` as one server has it open. It notices when the file is not the one that it opened
 * (writes into a renamed file succeed silently) or is damaged, and reopens it, repaired where no
 * other server has it open.
 */
export class JobDatabase {
  readonly #home: Home;
  readonly #tell: (message: string) => void;
  readonly #missed: () => void;
  #open?: OpenDatabase;
  #openings = 0;
  #closed = false;

  /**
   * @param tell Is told what the user should know: a repair, an import.
   * @param missed Called when it is to be opened once more: the whole home may be gone.
   * @throws {UserError} when another version of this program stands in the way.
   */
  constructor(home: Home, tell: (message: string) => void, missed: () => void = () => {}) {
    this.#home = home;
    this.#tell = tell;
    this.#missed = missed;
    this.#reopen({ waitMs: OPENING_MS });
  }

  get openings(): number {
    return this.#openings;
  }

  /** Reads or writes; `act` is done once more when the database turns out to be damaged, or opened to be read. */
  use<T>(act: (sql: Sql) => T): T {
    try {
      return act(this.#current());
    } catch (error) {
      const isSuspect = isDamage(error);
      if (this.#closed || !(isSuspect || isReadOnly(error))) throw error;
      // Whoever finds the damage lets go of the database, so that the last one can repair it.
      this.letGo();
      return act(this.#reopen({ isSuspect }).sql);
    }
  }

  close(): void {
    this.#closed = true;
    this.letGo();
  }

  /** What this checks takes 10 µs, half of what a write takes. */
  #current(): Sql {
    if (this.#closed) throw new Error("The job database is closed");
    if (this.#open && !this.#isSame(this.#open)) this.letGo();
    if (this.#open) return this.#open.sql;
    this.#missed();
    return this.#reopen({ waitMs: REOPENING_MS }).sql;
  }

  #reopen(options?: OpeningOptions): OpenDatabase {
    this.#open = openJobDatabase(this.#home, this.#tell, options);
    this.#openings++;
    return this.#open;
  }

  /** While nobody may look, as where a script has taken the rights to the home, it counts as the same. */
  #isSame({ file, sql }: OpenDatabase): boolean {
    try {
      return statIfThere(databasePath(this.#home))?.ino === file && sql.version === SCHEMA_VERSION;
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) return true;
      throw error;
    }
  }

  /** Closes the file; the next use opens the one that is there then. */
  letGo(): void {
    const open = this.#open;
    this.#open = undefined;
    try {
      open?.sql.close();
    } finally {
      open?.lock.close();
    }
  }
}
