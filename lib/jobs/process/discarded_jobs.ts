import { type Home, jobFolder } from "../files/home.ts";
import { removeFolderAside } from "../files/remove_folder.ts";
import type { JobStore } from "../store/job_store.ts";

export interface DiscardedJobsOptions {
  home: Home;
  store: JobStore;
  log: (message: string) => void;
}

/** Jobs that are not to be kept. */
export class DiscardedJobs {
  readonly #options: DiscardedJobsOptions;
  /** Folders that are being removed. */
  readonly #removals = new Set<Promise<void>>();

  constructor(options: DiscardedJobsOptions) {
    this.#options = options;
  }

  /** Removes jobs: their rows first, since a folder without a row is swept. */
  add(ids: string[]): void {
    const { store, log } = this.#options;
    try {
      store.delete(ids);
    } catch (error) {
      return log(`jobs are to be removed later: ${error}`);
    }
    const removal = this.#removeFolders(ids).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Fulfilled when all their folders are removed. */
  async removed(): Promise<void> {
    await Promise.all(this.#removals);
  }

  /** One after the other: they are to take no processor from what runs. */
  async #removeFolders(ids: string[]): Promise<void> {
    const { home, log } = this.#options;
    for (const id of ids) {
      await removeFolderAside(jobFolder(home, id)!)
        .catch((error) => log(`job ${id} is to be removed later: ${error}`));
    }
  }
}
