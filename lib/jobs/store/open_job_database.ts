import { block } from "../../base/block.ts";
import { join } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { explained } from "../../base/explain_system_error.ts";
import { holdLock, holdSharedLock } from "../files/file_lock.ts";
import { databasePath, type Home } from "../files/home.ts";
import { findOldJobs } from "./import_old_jobs.ts";
import { SCHEMA_VERSION } from "./job_schema.ts";
import { openSql } from "./open_sql.ts";
import { prepareDatabase } from "./prepare_database.ts";
import { isDamage, type Sql } from "./sql.ts";

export interface OpenDatabase {
  sql: Sql;
  /** `meta/lock`, shared; to be closed after the database. */
  lock: Deno.FsFile;
  /** The inode of the file that was opened. */
  file: number | null;
}

export interface OpeningOptions {
  /** How long to wait for servers that are just opening the database too, in milliseconds. */
  waitMs?: number;
  /** A statement has found the database damaged. */
  isSuspect?: boolean;
}

/**
 * Opens `meta/jobs.db` (mode 0600, WAL) in the current schema, under the shared lock `meta/lock`. What
 * changes more than rows (creation, migration, repair, import) is done before, under the exclusive
 * lock: never while another server has the database open.
 *
 * @param tell Is told what the user should know: a repair, an import.
 * @throws {UserError} when a newer version of this program has written it, or another server that has
 * it open hinders what must be done.
 */
export function openJobDatabase(
  home: Home,
  tell: (message: string) => void,
  { waitMs = 0, isSuspect = false }: OpeningOptions = {},
): OpenDatabase {
  const deadline = performance.now() + waitMs;
  if (isSuspect) {
    const lastTry = Math.max(deadline, performance.now() + SPAWN_MS);
    tryUntil(
      lastTry,
      home,
      () => prepareAlone(home, true, tell) ? {} : { mustBe: "be repaired" },
    );
  } else if (wasLeftOpen(home) || findOldJobs(home)) {
    // With others on it, no killed server has left it, and an import can wait.
    prepareAlone(home, wasLeftOpen(home), tell);
  }
  return tryUntil(deadline, home, () => {
    while (true) {
      const opened = openShared(home);
      if ("sql" in opened || !prepareAlone(home, false, tell)) return opened;
    }
  });
}

/** What has to be done to the database, while another server has it open. */
interface Hindrance {
  mustBe: string;
}

/** Tries now and then until nothing hinders it; at the deadline that is an error. */
function tryUntil<T extends object>(deadline: number, home: Home, act: () => T | Hindrance): T {
  while (true) {
    const done = act();
    if (!("mustBe" in done)) return done;
    if (performance.now() >= deadline) throw inUse(home, done.mustBe);
    block(5 + 20 * Math.random());
  }
}

/**
 * How long a process that is just being started may hold what this one has let go of: it has all its
 * files open until it becomes its program. In milliseconds; more than a busy machine takes.
 */
const SPAWN_MS = 1000;

/** A server that was killed leaves a file that a clean end removes. */
function wasLeftOpen(home: Home): boolean {
  return (statIfThere(`${databasePath(home)}-wal`)?.size ?? 0) > 0;
}

/** Opens a database that is as it should be; else says what has to be done to it. */
function openShared(home: Home): OpenDatabase | Hindrance {
  const path = databasePath(home);
  using opening = new DisposableStack();
  const lock = holdSharedLock(lockPath(home));
  if (!lock) return { mustBe: "be opened while another server prepares it" };
  opening.use(lock);
  const info = statIfThere(path);
  if (!info) return { mustBe: "be made" };
  try {
    const sql = opening.use(openSql(path));
    if (sql.version !== SCHEMA_VERSION) {
      return { mustBe: `be brought from schema version ${sql.version} to ${SCHEMA_VERSION}` };
    }
    sql.get("SELECT max(seq) FROM jobs"); // it reads the schema and the newest page
    opening.move();
    return { sql, lock, file: info.ino };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { mustBe: `be repaired (${(error as Error).message})` };
  }
}

/** Prepares the database unless another server has it open; says whether. */
function prepareAlone(home: Home, mustCheck: boolean, tell: (message: string) => void): boolean {
  try {
    using lock = holdLock(lockPath(home));
    if (!lock) return false;
    try {
      prepareDatabase(home, mustCheck, tell);
    } finally {
      // A process that is being started has the file open until it becomes its program.
      lock.unlockSync();
    }
    return true;
  } catch (error) {
    throw explained(error, `The job database of ${home.root} could not be prepared`);
  }
}

function lockPath(home: Home): string {
  return join(home.meta, "lock");
}

function inUse(home: Home, mustBe: string): UserError {
  return new UserError(
    `The job database ${databasePath(home)} has to ${mustBe}, which cannot happen while another ` +
      "python-mcp server, perhaps of another version, has it open. End the other servers (close the " +
      "clients that started them; running jobs carry on), then try again.",
  );
}
