import type { Call } from "./call.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { JobFiles } from "../files/job_files.ts";
import type { Owner } from "../files/owner.ts";
import { removeFolderAside } from "../files/remove_folder.ts";
import { SpareFolders } from "../files/spare_folders.ts";
import type { JobStore } from "../store/job_store.ts";

export interface JobFoldersOptions {
  home: Home;
  owner: Owner;
  store: JobStore;
  /** Is told the id of the next job once its folder is made, and where that is. */
  made: (id: string, dir: string) => void;
  log: (message: string) => void;
}

/** The folders of a server's jobs: made ahead, used once more, removed. */
export class JobFolders {
  readonly #options: JobFoldersOptions;
  readonly #spare: SpareFolders;
  /** Those that are under way. */
  readonly #removals = new Set<Promise<void>>();

  constructor(options: JobFoldersOptions) {
    this.#options = options;
    const { home, owner, made } = options;
    const done = (id: string) => this.discard([id]);
    this.#spare = new SpareFolders({ home, ownerId: owner.id, made, done });
  }

  /**
   * The id of the next job.
   *
   * @param session The name of the session that runs it.
   */
  takeId(session?: string): string {
    return this.#spare.takeId(session);
  }

  /** The files of a job, in a folder that is as a new one. */
  make(id: string, session?: string): JobFiles {
    const files = new JobFiles(jobFolder(this.#options.home, id)!);
    this.#spare.give(files, session);
    return files;
  }

  /**
   * Makes the folder of the next run, once what is being done just now is done.
   *
   * @param used A run that is to be removed
   */
  prepareNext(used?: Call): void {
    const { session, run } = used?.spec?.process ?? {};
    // What runs in a sandbox is trusted with nothing, such as to leave nothing unseen.
    const mayUse = used && run && run.sandbox === undefined && !session?.is_sandboxed;
    if (mayUse) this.#spare.reuse(used.id, used.files, session?.name);
    else this.#spare.prepare();
  }

  /** Removes jobs that are not to be kept: their rows first, since a folder without a row is swept. */
  discard(all: string[]): void {
    const { store, log } = this.#options;
    const ids = all.filter((id) => !this.#spare.postpones(id));
    if (ids.length === 0) return;
    try {
      store.delete(ids);
    } catch (error) {
      return log(`jobs are to be removed later: ${error}`);
    }
    const folders = ids.filter((id) => !this.#spare.hasTaken(id));
    if (folders.length === 0) return;
    const removal = this.#remove(folders).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async close(): Promise<void> {
    this.#spare.close();
    await Promise.all(this.#removals);
  }

  /** One after the other: they are to take no processor from what runs. */
  async #remove(ids: string[]): Promise<void> {
    const { home, log } = this.#options;
    for (const id of ids) {
      await removeFolderAside(jobFolder(home, id)!)
        .catch((error) => log(`job ${id} is to be removed later: ${error}`));
    }
  }
}
