import { statIfThere } from "../../base/private_files.ts";
import { holdLock } from "../files/file_lock.ts";
import type { Home } from "../files/home.ts";
import type { JobStore } from "./job_store.ts";
import { isSnapshot, SNAPSHOT_MARK, snapshotPath } from "./snapshot_file.ts";
import { entryViewOf } from "../model/entry_view.ts";

const NEWEST = 500;
const AT_MOST_EVERY_MS = 1000;

/** Keeps `meta/jobs.json`, a copy of the newest jobs for people: written at most once a second. */
export class JobSnapshot {
  readonly #home: Home;
  readonly #store: JobStore;
  readonly #log: (message: string) => void;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(home: Home, store: JobStore, log: (message: string) => void) {
    this.#home = home;
    this.#store = store;
    this.#log = log;
  }

  /** Something changed: a write follows within a second. */
  schedule(): void {
    this.#timer ??= setTimeout(() => this.#flush(), AT_MOST_EVERY_MS);
  }

  /** Writes now what is due. */
  close(): void {
    if (this.#timer !== undefined) this.#flush();
    clearTimeout(this.#timer);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#write();
    } catch (error) {
      this.#log(`jobs.json could not be written: ${error}`);
    }
  }

  #write(): void {
    const path = snapshotPath(this.#home);
    // An older server has come meanwhile: its jobs are imported when the database is opened next.
    if (isSnapshot(path) === false) return;
    const jobs = this.#store.list({ limit: NEWEST }).map(entryViewOf);
    const snapshot = {
      generator: SNAPSHOT_MARK,
      written_at: new Date().toISOString(),
      jobs,
    };
    this.#replace(path, new TextEncoder().encode(JSON.stringify(snapshot, null, 2) + "\n"));
  }

  /** The new file has one name, so that what a killed server left half-written is used up later. */
  #replace(path: string, content: Uint8Array): void {
    const fresh = `${path}.new`;
    using file = holdLock(fresh);
    // Another server is writing, or has just put this file in place.
    if (!file || statIfThere(fresh)?.ino !== file.statSync().ino) return this.schedule();
    file.truncateSync(0);
    for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
    Deno.renameSync(fresh, path);
  }
}
