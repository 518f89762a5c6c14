import { basename } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { databasePath, type Home } from "../files/home.ts";
import { findOldJobs, importOldJobs } from "./import_old_jobs.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./job_schema.ts";
import { openSql } from "./open_sql.ts";
import { rebuildJobs } from "./rebuild_jobs.ts";
import { isDamage, type Sql } from "./sql.ts";

/**
 * Makes the database of a home, or brings it to the current schema; a damaged one is set aside and
 * its jobs are found again in their folders. Then it imports what an older server has left.
 *
 * Only for the holder of the exclusive `meta/lock`.
 *
 * @param mustCheck Looks for damage in the whole file, and not only where it is opened.
 */
export function prepareDatabase(
  home: Home,
  mustCheck: boolean,
  tell: (message: string) => void,
): void {
  const path = databasePath(home);
  const damage = findDamage(path, mustCheck);
  const keptAs = damage === undefined ? undefined : setAside(path);
  makeIfMissing(path);
  using sql = openSql(path);
  const rebuilt = migrate(sql, home);
  if (keptAs !== undefined) {
    tell(
      `The job database was damaged (${damage}). It is kept as ${keptAs}; ${count(rebuilt)} ` +
        "rebuilt from the job folders",
    );
  } else if (rebuilt > 0) {
    tell(`The job database was missing: ${count(rebuilt)} rebuilt from the job folders`);
  }
  if (findOldJobs(home)) tell(importOldJobs(home, sql));
}

/** What is wrong with the database, in SQLite's words; `undefined` when it is whole or missing. */
function findDamage(path: string, mustCheck: boolean): string | undefined {
  if (!statIfThere(path)) return undefined;
  try {
    using sql = openSql(path);
    if (sql.version > 0) sql.get("SELECT max(seq) FROM jobs");
    const found = mustCheck ? sql.get("PRAGMA quick_check(1)")?.quick_check : "ok";
    return found === "ok" ? undefined : String(found).replaceAll(/\s+/g, " ");
  } catch (error) {
    if (!isDamage(error)) throw error;
    return (error as Error).message;
  }
}

/** Renames the database with its side files, so that it can still be opened; returns its new name. */
function setAside(path: string): string {
  const kept = `${path}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  // The database first: without it, a new one has no use for side files that a crash left here.
  for (const suffix of ["", "-wal", "-shm"]) {
    if (statIfThere(path + suffix)) Deno.renameSync(path + suffix, kept + suffix);
  }
  return basename(kept);
}

/** SQLite gives its WAL and SHM files the mode that the database has. */
function makeIfMissing(path: string): void {
  if (!statIfThere(path)) Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
}

/** Brings the schema up to date, all or nothing; returns how many jobs a new database was given. */
function migrate(sql: Sql, home: Home): number {
  const { version } = sql;
  if (version === SCHEMA_VERSION) return 0;
  return sql.transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) sql.exec(migration);
    sql.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    return version === 0 ? rebuildJobs(home, sql) : 0;
  });
}

function count(jobs: number): string {
  return jobs === 1 ? "1 job was" : `${jobs} jobs were`;
}
