import { join } from "node:path";
import { statIfThere } from "../base/private_files.ts";
import type { Adoption } from "./adoption.ts";
import { type Home, jobFolder } from "./home.ts";
import type { JobRow, JobStatus } from "./job.ts";
import { JobFiles } from "./job_files.ts";
import type { JobStore } from "./job_store.ts";
import type { Owner } from "./owner.ts";
import { removeFolder } from "./remove_folder.ts";

const DAY_MS = 24 * 3600 * 1000;
/** How much is done at once, while calls wait. */
const AT_ONCE = 200;

export interface HomeCleanerOptions {
  home: Home;
  store: JobStore;
  adoption: Adoption;
  /** How long ended jobs stay. */
  keepDays: number;
  log: (message: string) => void;
}

/** Removes jobs, and what killed servers have left. */
export class HomeCleaner {
  readonly #options: HomeCleanerOptions;
  #closed = false;

  constructor(options: HomeCleanerOptions) {
    this.#options = options;
  }

  /** Removes ended jobs, their files with them. Returns how many. */
  prune(statuses: readonly JobStatus[], endedBefore: number): number {
    const rows = this.#options.store.endedBefore(endedBefore, statuses);
    this.#remove(rows);
    return rows.length;
  }

  /** Removes one ended job with its files. */
  remove(row: JobRow): void {
    this.#remove([row]);
  }

  /** Collects expired runs, old jobs, the files of dead owners, and folders without a row. */
  async sweep(owner: Owner): Promise<void> {
    const { home, store, adoption, keepDays, log } = this.#options;
    try {
      this.#remove(store.expired(Date.now()));
      this.prune(["completed", "failed", "cancelled"], Date.now() - keepDays * DAY_MS);
      owner.sweep();
      let done = 0;
      for (const { name } of Deno.readDirSync(home.jobs)) {
        if (++done % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
        if (this.#closed) return;
        // In this order: a job that waits gets its row first.
        if (adoption.waits(name) || store.hasId(name) || this.#lives(name)) continue;
        this.#removeFolder(join(home.jobs, name));
      }
    } catch (error) {
      log(`the home could not be swept: ${error}`);
    }
  }

  close(): void {
    this.#closed = true;
  }

  /** A supervisor works in the folder; whoever ends it, it is not removed under it. */
  #lives(name: string): boolean {
    const folder = jobFolder(this.#options.home, name);
    return folder !== undefined && new JobFiles(folder).held;
  }

  /** The rows first: a folder without a row is collected by the next sweep. */
  #remove(rows: JobRow[]): void {
    this.#options.store.delete(rows.map(({ id }) => id));
    for (const { id } of rows) {
      const folder = jobFolder(this.#options.home, id);
      if (folder && statIfThere(folder)) this.#removeFolder(folder);
    }
  }

  #removeFolder(path: string): void {
    try {
      removeFolder(path);
    } catch (error) {
      this.#options.log(`${path} could not be removed: ${error}`);
    }
  }
}
