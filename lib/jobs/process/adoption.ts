import { join } from "node:path";
import { exists, removeIfThere } from "../../base/private_files.ts";
import { holdLock } from "../files/file_lock.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { JobFiles, recordOf } from "../files/job_files.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";

export interface AdoptionOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  changed: (id: string) => void;
  log: (message: string) => void;
}

/**
 * Gives jobs that scripts have started their rows. Launchers write no SQL: they make the folder, and a
 * file of the job's id in `adopt/`, locked while they are at it. Any server may come first.
 */
export class Adoption {
  readonly #options: AdoptionOptions;

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  /** The jobs that wait for their rows; their folders are not to be removed. */
  waiting(): Set<string> {
    return new Set(Array.from(Deno.readDirSync(this.#options.home.adopt), ({ name }) => name));
  }

  adoptAll(): void {
    for (const id of this.waiting()) this.adopt(id);
  }

  /** Adopts the job if it waits for that; one that nobody has accepted was not started. */
  adopt(id: string): void {
    const { home, store, owner, changed, log } = this.#options;
    const folder = jobFolder(home, id);
    const marker = join(home.adopt, id);
    if (folder === undefined || !exists(marker)) return;
    try {
      using lock = holdLock(marker);
      if (!lock) return;
      const files = new JobFiles(folder);
      const spec = files.acceptedBy === undefined ? undefined : files.spec;
      if (spec) {
        const { tool, label, listed, parent, created_at: createdAt } = spec;
        if (!store.hasId(id)) {
          const job = { id, kind: "process", tool, label, listed, parent, createdAt } as const;
          store.insert({ ...job, owner: owner.id });
        }
        files.spec = { ...spec, ...recordOf(store.get(id)!) };
        changed(id);
      }
      removeIfThere(marker);
    } catch (error) {
      log(`job ${id} is to be adopted later: ${error}`);
    }
  }
}
