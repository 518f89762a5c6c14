import { join } from "node:path";
import { exists, removeIfThere } from "../../base/private_files.ts";
import { holdLock } from "../files/file_lock.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { JobFiles } from "../files/job_files.ts";
import { recordOf } from "../files/job_record.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";

export interface ChildRegistryOptions {
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
export class ChildRegistry {
  readonly #options: ChildRegistryOptions;

  constructor(options: ChildRegistryOptions) {
    this.#options = options;
  }

  /** The jobs that have no rows yet; their folders are not to be removed. */
  unregistered(): Set<string> {
    return new Set(Array.from(Deno.readDirSync(this.#options.home.adopt), ({ name }) => name));
  }

  registerAll(): void {
    for (const id of this.unregistered()) this.register(id);
  }

  /** Gives the job its row if it waits for one; a job that nobody has accepted was not started. */
  register(id: string): void {
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
          const kind = spec.kind === "ray" ? "ray" : "process";
          const job = { id, kind, tool, label, listed, parent, createdAt } as const;
          store.insert({ ...job, owner: owner.id });
          if (spec.command !== undefined) store.setCommand(id, spec.command);
        }
        files.spec = { ...spec, ...recordOf(store.get(id)!) };
        changed(id);
      }
      removeIfThere(marker);
    } catch (error) {
      log(`job ${id} is to get its row later: ${error}`);
    }
  }
}
