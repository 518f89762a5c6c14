import { join } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { pause } from "../../base/pause.ts";
import type { ChildRegistry } from "./child_registry.ts";
import { type Home, jobFolder } from "../files/home.ts";
import type { JobStatus } from "../model/job.ts";
import { JobFiles } from "../files/job_files.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";
import { removeFolder } from "../files/remove_folder.ts";
import { emptyTrash, moveToTrash } from "../files/trash.ts";

const DAY_MS = 24 * 3600 * 1000;
/** How much is done at once, while calls wait. */
const AT_ONCE = 200;
/** Between two looks at folders: nobody waits for them, and calls come first. */
const REST_MS = 25;

export interface HomeCleanerOptions {
  home: Home;
  store: JobStore;
  children: ChildRegistry;
  /** How long ended jobs stay. */
  keepDays: number;
  /** Called before jobs go. */
  removing: (ids: string[]) => void;
  log: (message: string) => void;
}

/** Removes jobs, and what killed servers have left. */
export class HomeCleaner {
  readonly #options: HomeCleanerOptions;
  #closed = false;

  constructor(options: HomeCleanerOptions) {
    this.#options = options;
  }

  /** Removes ended jobs, their files with them, and what is in the trash. Returns how many. */
  async prune(statuses: readonly JobStatus[], endedBefore: number): Promise<number> {
    const { home, store, log } = this.#options;
    const removed = await this.#goThrough(
      () => store.retention.endedBefore(endedBefore, statuses, AT_ONCE),
      (ids) => this.remove(ids),
    );
    emptyTrash(home, Infinity, log);
    return removed;
  }

  /** Removes ended jobs. The rows first: a folder without a row is collected by the next sweep. */
  remove(ids: string[]): void {
    this.#options.removing(ids);
    this.#options.store.delete(ids);
    for (const id of ids) {
      const folder = jobFolder(this.#options.home, id);
      if (folder && statIfThere(folder)) this.#removeFolder(folder);
    }
  }

  /** Collects expired runs, old jobs, the files of dead owners, and folders without a row. */
  async sweep(owner: Owner): Promise<void> {
    const { home, store, keepDays, log } = this.#options;
    const age = store.retention.passTime(Date.now());
    const discard = (ids: string[]) => this.#discard(ids, age);
    await this.#goThrough(() => store.retention.expired(Date.now(), AT_ONCE), discard);
    await this.#goThrough(
      () => store.retention.outdated(age - keepDays * DAY_MS, AT_ONCE),
      discard,
    );
    emptyTrash(home, age, log);
    owner.sweep();
    await this.#collectFolders();
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * Throws ended jobs away. The folders first: a row without one goes with the next sweep. A folder that
   * cannot be moved, as to another file system, is removed as one without a row.
   */
  #discard(ids: string[], age: number): void {
    const { home, store, removing, log } = this.#options;
    removing(ids);
    for (const id of ids) {
      const folder = jobFolder(home, id);
      try {
        if (folder) moveToTrash(home, folder, age);
      } catch (error) {
        log(`${folder} could not be moved to ${home.trash}: ${error}`);
      }
    }
    store.delete(ids);
  }

  /** Removes what `find` names, a part at a time. */
  async #goThrough(find: () => string[], remove: (ids: string[]) => void): Promise<number> {
    let removed = 0;
    while (!this.#closed) {
      const ids = find();
      remove(ids);
      removed += ids.length;
      if (ids.length < AT_ONCE) break;
      await pause();
    }
    return removed;
  }

  /** Removes folders without a row. */
  async #collectFolders(): Promise<void> {
    const { home } = this.#options;
    let names: string[] = [];
    for await (const { name } of Deno.readDir(home.jobs)) {
      if (names.push(name) < AT_ONCE) continue;
      this.#collect(names);
      names = [];
      await pause(REST_MS);
    }
    this.#collect(names);
  }

  #collect(names: string[]): void {
    if (this.#closed) return;
    const { home, store, children } = this.#options;
    // In this order: a job that waits for its row gets it first.
    const waiting = children.unregistered();
    for (const name of store.unknown(names)) {
      if (waiting.has(name) || this.#lives(name)) continue;
      this.#removeFolder(join(home.jobs, name));
    }
  }

  /** A supervisor works in the folder; whoever ends it, it is not removed under it. */
  #lives(name: string): boolean {
    const folder = jobFolder(this.#options.home, name);
    return folder !== undefined && new JobFiles(folder).isLocked;
  }

  #removeFolder(path: string): void {
    try {
      removeFolder(path);
    } catch (error) {
      this.#options.log(`${path} could not be removed: ${error}`);
    }
  }
}
