import { DatabaseSync } from "node:sqlite";
import { UserError } from "../base/user_error.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./job_schema.ts";

/** How long a write waits for another server's, in milliseconds; node:sqlite's own default is 0. */
const BUSY_MS = 5000;

/**
 * Opens `meta/jobs.db` (mode 0600, WAL) and brings it to the current schema.
 *
 * @throws {UserError} when a newer version of this program has written it.
 */
export function openJobDatabase(path: string): DatabaseSync {
  writeIfMissing(path);
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite gives its WAL and SHM files the mode that the database has. */
function writeIfMissing(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}

function migrate(db: DatabaseSync, path: string): void {
  const version = versionOf(db);
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      `Cannot use ${path}: it has schema version ${version}, and this version of python-mcp knows ` +
        `${SCHEMA_VERSION}. Update python-mcp, or set PYTHON_MCP_HOME to another folder.`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another server may have migrated while this one waited for the write lock.
    for (const migration of MIGRATIONS.slice(versionOf(db))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
