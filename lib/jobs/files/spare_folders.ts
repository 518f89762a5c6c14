import { join } from "node:path";
import { ifThere, removeIfThere } from "../../base/private_files.ts";
import type { Home } from "./home.ts";
import { JobFiles } from "./job_files.ts";
import { removeFolderAside } from "./remove_folder.ts";
import { emptyUsedFolder } from "./used_folder.ts";

/** What the name of a spare folder ends with; before it comes the id of the server that made it. */
export const SPARE = /(\.\d+)?\.spare$/;

/** How many are kept ready at most: so many calls at once find one. */
const MOST = 8;
/** How long a supervisor that is done takes to end, in milliseconds. */
const END_MS = 5;
/** How often it is waited for that long: a machine may be busy. */
const LOOKS = 6;

/** A folder that is ready, and the id of the job that is to have it. */
interface Spare {
  path: string;
  id?: string;
  /** The session that may have a part of it open, or be in it: nobody else's job is to have it. */
  session?: string;
}

/** The folder of a run that nobody needs any more. */
interface Used {
  files: JobFiles;
  session?: string;
  looks: number;
  /** Whether its run was to be removed meanwhile. */
  isDiscarded: boolean;
}

export interface SpareFoldersOptions {
  home: Home;
  ownerId: string;
  /** Is told the id of the next job once its folder is made, and where that is. */
  made?: (id: string, folder: string) => void;
  /** A run can be removed that could not be before: see `postpones`. */
  done?: (id: string) => void;
}

/**
 * The folders of the next jobs. The first is made ahead, the others are those of runs that nobody needs any more:
 * making and removing one takes longer than everything else that is done before a job is handed over. They are
 * beside the file of their server, and are swept together with it.
 */
export class SpareFolders {
  readonly #options: SpareFoldersOptions;
  readonly #ready: Spare[] = [];
  /** By the ids of their runs: those that are to be emptied. */
  readonly #used = new Map<string, Used>();
  /** The runs whose folders are others' by now, until they are removed. */
  readonly #taken = new Set<string>();
  #count = 0;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(options: SpareFoldersOptions) {
    this.#options = options;
  }

  /**
   * The id of the next job: what is made ahead for it may know its name.
   *
   * @param session The name of the session that runs it.
   */
  takeId(session?: string): string {
    const spare = this.#next(session);
    const id = spare?.id ?? crypto.randomUUID();
    if (spare) spare.id = undefined;
    return id;
  }

  /** Makes the folder of a job out of one, or anew. */
  give(files: JobFiles, session?: string): void {
    const spare = this.#next(session);
    if (spare) this.#ready.splice(this.#ready.indexOf(spare), 1);
    try {
      if (spare) return Deno.renameSync(spare.path, files.folder);
    } catch {
      // the home was removed meanwhile, is read-only, or its jobs are on another file system
    }
    files.create();
  }

  /** Gets one ready, once what is being done just now is done. */
  prepare(): void {
    const next = this.#next();
    // Who was told of it then may not have had a use for it.
    if (next?.id !== undefined) this.#options.made?.(next.id, next.path);
    else this.#wait(0);
  }

  /**
   * The same, out of the folder of a run that is of no more use, where that is possible.
   *
   * @param session The name of the session that has run it.
   */
  reuse(id: string, files: JobFiles, session?: string): void {
    if (this.#ready.length + this.#used.size >= MOST) this.#giveUpOne(session);
    if (this.#ready.length + this.#used.size < MOST) {
      this.#used.set(id, { files, session, looks: 0, isDiscarded: false });
      this.#wait(0);
    }
    this.prepare();
  }

  /** Whether a run is not to be removed just now: its folder is being made another's. `done` tells when. */
  postpones(id: string): boolean {
    const used = this.#used.get(id);
    if (used) used.isDiscarded = true;
    return used !== undefined;
  }

  /** Whether the folder of a run that is being removed is another's by now. */
  hasTaken(id: string): boolean {
    return this.#taken.delete(id);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const [id, used] of [...this.#used]) this.#settle(id, used);
    this.#ready.splice(0);
    const { home, ownerId } = this.#options;
    // All that lie there, also those that could be neither moved nor removed when the home was read-only.
    for (const { name } of ifThere(() => [...Deno.readDirSync(home.owners)]) ?? []) {
      if (name.startsWith(`${ownerId}.`) && SPARE.test(name)) remove(join(home.owners, name));
    }
  }

  #wait(milliseconds: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#work(), milliseconds);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #work(): void {
    this.#timer = undefined;
    for (const [id, used] of [...this.#used]) this.#empty(id, used);
    if (this.#used.size > 0) this.#wait(END_MS);
    else if (!this.#next()) this.#add((path) => new JobFiles(path).create());
  }

  #empty(id: string, used: Used): void {
    const { files, session } = used;
    const state = emptyUsedFolder(files, session !== undefined);
    // Its supervisor has said that it is done, and ends just now.
    if (state === "held" && ++used.looks < LOOKS) return;
    const isTaken = state === "emptied" &&
      this.#add((path) => Deno.renameSync(files.folder, path), session);
    if (isTaken) this.#taken.add(id);
    this.#settle(id, used);
  }

  #settle(id: string, { isDiscarded }: Used): void {
    this.#used.delete(id);
    if (isDiscarded) this.#options.done?.(id);
  }

  #add(make: (path: string) => void, session?: string): boolean {
    const { home, ownerId, made } = this.#options;
    const spare = {
      path: join(home.owners, `${ownerId}.${++this.#count}.spare`),
      id: session === undefined ? crypto.randomUUID() : undefined,
      session,
    };
    try {
      make(spare.path);
    } catch {
      remove(spare.path); // as on a full disk: the next job says so
      return false;
    }
    this.#ready.push(spare);
    if (spare.id !== undefined && this.#next() === spare) made?.(spare.id, spare.path);
    return true;
  }

  /** A session has one of its own, if there is one. */
  #next(session?: string): Spare | undefined {
    const own = session === undefined
      ? undefined
      : this.#ready.find((spare) => spare.session === session);
    return own ?? this.#ready.find((spare) => spare.session === undefined);
  }

  /** Makes room where other sessions, which may have ended, have left theirs. */
  #giveUpOne(session?: string): void {
    const at = this.#ready.findIndex((one) => one.session !== undefined && one.session !== session);
    if (at < 0) return;
    const [spare] = this.#ready.splice(at, 1);
    removeFolderAside(spare!.path).catch(() => {}); // the next sweep of any server does
  }
}

function remove(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // the next sweep of any server does
  }
}
