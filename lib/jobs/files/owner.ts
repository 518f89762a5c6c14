import { join } from "node:path";
import { block } from "../../base/block.ts";
import { systemErrorCode } from "../../base/explain_system_error.ts";
import { removeIfThere, statIfThere } from "../../base/private_files.ts";
import { holdOwnLock, isLocked, removeIfFree } from "./file_lock.ts";
import type { Home } from "./home.ts";
import { SPARE } from "./spare_folders.ts";

/** How long a home that nobody may write to just now is waited for, in milliseconds. */
const PATIENCE_MS = 1000;
const PAUSE_MS = 50;
/** What may pass, as where a disk is being remounted; see PASSING in job_folder.py. */
const PASSING = new Set(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT", "EIO"]);

/** This process among the servers of a home: a file that it keeps locked for as long as it lives. */
export class Owner {
  readonly id = crypto.randomUUID();
  readonly #home: Home;
  #lock: Deno.FsFile;

  constructor(home: Home) {
    this.#home = home;
    this.#lock = holdWhenPossible(this.#path);
  }

  get #path(): string {
    return join(this.#home.owners, this.id);
  }

  /** Whether others see that it lives: its file has not been removed. */
  get isSeen(): boolean {
    return statIfThere(this.#path)?.ino === this.#lock.statSync().ino;
  }

  /** Makes its file anew where that was removed. */
  renew(): void {
    if (this.isSeen) return;
    const removed = this.#lock;
    this.#lock = holdOwnLock(this.#path);
    removed.close();
  }

  /** Whether the server or launcher with this id lives. */
  lives(id: string): boolean {
    return id === this.id || (isOwnerId(id) && isLocked(join(this.#home.owners, id)));
  }

  /** Removes the files of owners that have ended; their ids are never used again. */
  sweep(): void {
    for (const { name } of Deno.readDirSync(this.#home.owners)) {
      if (this.lives(name.replace(SPARE, ""))) continue;
      const path = join(this.#home.owners, name);
      if (SPARE.test(name)) removeIfThere(path);
      else removeIfFree(path);
    }
    for (const { name } of Deno.readDirSync(this.#home.sockets)) {
      // Those of a launcher's jobs have its id before theirs.
      if (!this.lives(name.split(".")[0]!)) removeIfThere(join(this.#home.sockets, name));
    }
  }

  close(): void {
    try {
      removeIfThere(this.#path);
    } catch {
      // nobody may just now: the next sweep of any server does
    }
    this.#lock.close();
  }
}

function holdWhenPossible(path: string): Deno.FsFile {
  const until = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      return holdOwnLock(path);
    } catch (error) {
      const mayPass = !(error instanceof Deno.errors.NotCapable) &&
        PASSING.has(systemErrorCode(error) ?? "");
      if (!mayPass || performance.now() >= until) throw error;
      block(PAUSE_MS);
    }
  }
}

function isOwnerId(id: string): boolean {
  return /^[0-9a-f-]{36}$/.test(id);
}
