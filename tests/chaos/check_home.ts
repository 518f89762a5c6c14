import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isLocked } from "../../lib/jobs/files/file_lock.ts";
import { isHost, processesWith } from "../helpers/test_home.ts";
import { linksOf } from "./processes.ts";

/**
 * Files that nothing will use or remove any more, below the folder of a home without servers.
 *
 * @param removed jobs whose folders were removed
 */
export function leftoversIn(state: string, removed: { id?: string }[] = []): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(state, folder))) {
      const path = join(folder, name);
      if (/\.(new|tmp)\b/.test(name) || /^(queue\/waiting|owners)\//.test(path)) found.push(path);
      if (isDirectory) walk(path);
    }
  };
  walk("");
  const ids = idsOf(state, "TRUE");
  for (const { name } of Deno.readDirSync(join(state, "jobs"))) {
    if (!ids.has(name)) found.push(`jobs/${name} (without a row)`);
  }
  const explained = idsOf(state, "error LIKE '%folder was removed%'");
  for (const id of explained) ids.delete(id);
  for (const { id } of removed) ids.delete(id ?? "");
  for (const { name } of Deno.readDirSync(join(state, "jobs"))) ids.delete(name);
  for (const id of ids) found.push(`the row of ${id} (without files or explanation)`);
  return found;
}

/** Rows that can be no more than what the last server left, and what SQLite says of its file. */
export function faultsOfDatabase(state: string): string[] {
  using database = openDatabase(state);
  const open = database.db.prepare(
    "SELECT id, status FROM jobs WHERE status IN ('pending', 'running')",
  ).all();
  const { integrity_check } = database.db.prepare("PRAGMA integrity_check").get()!;
  return [
    ...open.map(({ id, status }) => `the row of ${id} is ${status} for ever`),
    ...integrity_check === "ok" ? [] : [`the database: ${integrity_check}`],
  ];
}

/** Locks that are held although nothing runs. */
export function locksHeldIn(state: string): string[] {
  const locks = [...Deno.readDirSync(join(state, "jobs"))].map(({ name }) => `jobs/${name}/lock`);
  const slots = [...Deno.readDirSync(join(state, "queue/slots"))]
    .map(({ name }) => `queue/slots/${name}`);
  return [...locks, ...slots, "queue/lock"].filter((path) => isLocked(join(state, path)));
}

/** What an idle server or launcher should not have open any more. */
export function leakedHandles(pid: number, state: string): string[] {
  return linksOf(pid).filter((link) => link.startsWith(join(state, "jobs")))
    .map((link) => `${pid} has ${link} open`);
}

/** How many descriptors a process has open. */
export function countHandles(pid: number): number {
  return linksOf(pid).length;
}

/** What still runs of a home. */
export function orphansOf(home: string): string[] {
  // Warm hosts outlive their servers on purpose; nothing of a job is theirs.
  return processesWith(home).filter(({ command }) => !isHost(command)).map(({ pid, command }) =>
    `${pid} ${command}`
  );
}

function idsOf(state: string, condition: string): Set<string> {
  using database = openDatabase(state);
  const rows = database.db.prepare(`SELECT id FROM jobs WHERE ${condition}`).all();
  return new Set(rows.map(({ id }) => String(id)));
}

function openDatabase(state: string): { db: DatabaseSync } & Disposable {
  const db = new DatabaseSync(join(state, "meta", "jobs.db"), { readOnly: true });
  return { db, [Symbol.dispose]: () => db.close() };
}
