import { join } from "node:path";
import { removeIfThere } from "../../base/private_files.ts";
import type { Home } from "./home.ts";
import { JobFiles } from "./job_files.ts";
import { emptyUsedFolder } from "./used_folder.ts";

/** What the name of a spare folder ends with; before it comes the id of the server that made it. */
export const SPARE = ".spare";

/** In which a supervisor ends that has nothing more to do. */
const END_MS = 5;

/**
 * The folder of the next job, made while the one before runs: to make it takes as long as all else that is
 * done before a job is handed over. It lies beside the file of its server, and is swept with that.
 */
export class SpareFolder {
  readonly #path: string;
  readonly #made: (id: string, folder: string) => void;
  #isMade = false;
  #id?: string;
  #timer?: ReturnType<typeof setTimeout>;

  /** @param made is told the id of the job whose folder was made, and where that is */
  constructor(home: Home, ownerId: string, made: (id: string, folder: string) => void = () => {}) {
    this.#path = join(home.owners, ownerId + SPARE);
    this.#made = made;
  }

  /** The id of the next job: what is made ahead for it may know its name. */
  takeId(): string {
    const id = this.#id ?? crypto.randomUUID();
    this.#id = undefined;
    return id;
  }

  /** Makes the folder of a job out of it, or anew. */
  give(files: JobFiles): void {
    const isMade = this.#isMade;
    this.#isMade = false;
    try {
      if (isMade) return Deno.renameSync(this.#path, files.folder);
    } catch {
      // the home was removed meanwhile, or its jobs are on another file system
    }
    files.create();
  }

  /**
   * Makes one, once what is being done just now is done.
   *
   * @param used The folder of a run that is of no more use: it becomes the next one's, where that is possible.
   */
  prepare(used?: JobFiles): void {
    // Who was told of it then may not have had a use for it.
    if (this.#isMade && this.#id !== undefined) this.#made(this.#id, this.#path);
    if (this.#isMade || this.#timer !== undefined) return;
    this.#wait(0, used);
  }

  #wait(milliseconds: number, used?: JobFiles): void {
    this.#timer = setTimeout(() => this.#prepare(milliseconds, used), milliseconds);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #prepare(waited: number, used?: JobFiles): void {
    this.#timer = undefined;
    try {
      // Its supervisor has said that it is done, and ends just now.
      if (waited === 0 && used?.isLocked) return this.#wait(END_MS, used);
      if (used && emptyUsedFolder(used)) Deno.renameSync(used.folder, this.#path);
      else new JobFiles(this.#path).create();
      this.#isMade = true;
      this.#id = crypto.randomUUID();
      this.#made(this.#id, this.#path);
    } catch {
      this.#remove(); // as on a full disk: the next job says so
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#remove();
  }

  #remove(): void {
    try {
      removeIfThere(this.#path);
    } catch {
      // the next sweep of any server does
    }
  }
}
