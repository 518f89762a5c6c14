import type { Adoption } from "./adoption.ts";
import type { Calls } from "./calls.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { isFinal, type JobRow } from "../model/job.ts";
import { JobFiles } from "../files/job_files.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";
import type { ProcessRunner } from "./process_runner.ts";

export interface TenderOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  adoption: Adoption;
  processes: ProcessRunner;
  calls: Calls;
  changed: (id: string) => void;
  log: (message: string) => void;
}

/** Keeps rows up to date with what happened outside this process. */
export class Tender {
  readonly #options: TenderOptions;
  #tending?: Promise<void>;

  constructor(options: TenderOptions) {
    this.#options = options;
  }

  /** The job as it is now, whoever runs it. */
  async refresh(row: JobRow): Promise<JobRow> {
    const { home, processes, changed } = this.#options;
    if (isFinal(row.status)) return row;
    const fresh = row.kind === "process" ? await processes.look(row) : this.#lookAtTask(row);
    if (fresh.status !== row.status) changed(row.id);
    if (isFinal(fresh.status)) return fresh;
    const folder = jobFolder(home, row.id);
    const progress = folder === undefined ? null : new JobFiles(folder).progress;
    return { ...fresh, progress: progress ?? fresh.progress };
  }

  /** Looks after the jobs that nobody else does: those of dead owners, and what a dead launcher ran. */
  tend(): Promise<void> {
    this.#tending ??= this.#tendAll()
      .catch((error) => this.#options.log(`tending failed: ${error}`))
      .finally(() => this.#tending = undefined);
    return this.#tending;
  }

  async close(): Promise<void> {
    await this.#tending;
  }

  async #tendAll(): Promise<void> {
    const { store, owner, adoption, processes, log } = this.#options;
    adoption.adoptAll();
    const lives = new Map<string, boolean>();
    for (const row of store.unfinished()) {
      if (!lives.has(row.owner)) lives.set(row.owner, owner.lives(row.owner));
      const isOurs = row.owner === owner.id;
      if (lives.get(row.owner) && !isOurs) continue;
      try {
        // Its script may ask a launcher for jobs.
        if (isOurs && row.kind === "process") processes.warmUp();
        await this.#tendOne(row, isOurs);
      } catch (error) {
        log(`job ${row.id}: ${error}`);
      }
    }
  }

  async #tendOne(row: JobRow, isOurs: boolean): Promise<void> {
    const { home, store, processes, calls, changed } = this.#options;
    if (calls.has(row.id)) return calls.check(row, new JobFiles(jobFolder(home, row.id)!));
    // The launcher says when one of ours starts; a parent's supervisor ends a waiting child silently.
    const ended = row.parent !== null && new JobFiles(jobFolder(home, row.id)!).outcome;
    if (!isOurs || processes.hasStarted(row.id) || ended) await this.refresh(row);
    // Nobody waits for the answer of a server that has ended.
    if (!row.listed && !isOurs && store.hasId(row.id)) {
      await calls.toBackground(row);
      await this.refresh(store.get(row.id) ?? row);
      changed(row.id);
    }
  }

  #lookAtTask(row: JobRow): JobRow {
    const { store, owner } = this.#options;
    if (owner.lives(row.owner)) return row;
    store.end(row.id, {
      status: "failed",
      result: null,
      error: "The server process that ran this job ended",
      completedAt: Date.now(),
    });
    return store.get(row.id) ?? row;
  }
}
