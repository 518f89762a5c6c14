import { type Home, jobFolder } from "../files/home.ts";
import { JobFiles } from "../files/job_files.ts";
import type { Owner } from "../files/owner.ts";
import { isFinal, type JobRow } from "../model/job.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Calls } from "./calls.ts";
import type { ChildRegistry } from "./child_registry.ts";
import type { ProcessRunner } from "./process_runner.ts";
import type { Recovery } from "./recovery.ts";

export interface JobPollerOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  children: ChildRegistry;
  processes: ProcessRunner;
  recovery: Recovery;
  calls: Calls;
  changed: (id: string) => void;
  log: (message: string) => void;
}

/** Keeps rows up to date with what happened outside this process. */
export class JobPoller {
  readonly #options: JobPollerOptions;
  /** Jobs on a cluster for which nothing is to be done before there is news of them. */
  readonly #onCluster = new Set<string>();
  #reading?: Promise<void>;
  #refreshing?: Promise<void>;

  constructor(options: JobPollerOptions) {
    this.#options = options;
  }

  /** The job as it is now, whoever runs it. Nothing is started. */
  async read(row: JobRow): Promise<JobRow> {
    if (isFinal(row.status)) return row;
    const fresh = await this.#advance(row, false);
    if (isFinal(fresh.status)) return fresh;
    const folder = jobFolder(this.#options.home, row.id);
    const progress = folder === undefined ? null : new JobFiles(folder).progress;
    return { ...fresh, progress: progress ?? fresh.progress };
  }

  /** Brings the rows of jobs up to date that no other server looks after. Nothing is started. */
  readAll(): Promise<void> {
    return this.#reading ??= this.#poll(false).finally(() => this.#reading = undefined);
  }

  /** The same; a job that nobody who lives will start is started again by this server. */
  refreshAll(): Promise<void> {
    return this.#refreshing ??= this.#poll(true).finally(() => this.#refreshing = undefined);
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#refreshing;
  }

  async #poll(mayStart: boolean): Promise<void> {
    const { log } = this.#options;
    try {
      this.#options.children.registerAll();
      const rows = this.#abandonedOrOurs();
      for (const row of rows) {
        await this.#pollOne(row, mayStart).catch((error) => log(`job ${row.id}: ${error}`));
      }
      if (rows.length > 0) await this.#options.processes.checkLauncher();
    } catch (error) {
      log(`jobs are to be looked at later: ${error}`);
    }
  }

  /** The jobs that have not ended, without those of other servers that live. */
  #abandonedOrOurs(): JobRow[] {
    const { store, owner } = this.#options;
    const lives = new Map<string, boolean>();
    return store.unfinished().filter((row) => {
      if (!lives.has(row.owner)) lives.set(row.owner, owner.lives(row.owner));
      return row.owner === owner.id || !lives.get(row.owner);
    });
  }

  async #pollOne(row: JobRow, mayStart: boolean): Promise<void> {
    const { home, owner, processes, calls } = this.#options;
    const isOurs = row.owner === owner.id;
    // Its script may ask a launcher for jobs.
    if (isOurs && row.kind === "process") processes.warmUp();
    if (calls.has(row.id) && !calls.check(row)) return;
    const mayWait = row.kind === "ray" && row.listed;
    if (mayWait && (isOurs || this.#onCluster.has(row.id)) && !this.#hasNews(row)) return;
    // The launcher says when one of ours starts; a parent's supervisor ends a waiting child silently.
    const isQueuedHere = isOurs && processes.isQueued(row.id);
    const ended = row.parent !== null && new JobFiles(jobFolder(home, row.id)!).outcome;
    if (isQueuedHere && !ended) return;
    const fresh = await this.#advance(row, mayStart);
    if (mayWait && !isFinal(fresh.status)) this.#onCluster.add(row.id);
    else this.#onCluster.delete(row.id);
  }

  /** Whether the files of a job on a cluster say more than its row: a thousand may wait there. */
  #hasNews(row: JobRow): boolean {
    const files = new JobFiles(jobFolder(this.#options.home, row.id)!);
    return files.outcome !== undefined || (row.status === "pending" && files.hasStarted);
  }

  async #advance(row: JobRow, mayStart: boolean): Promise<JobRow> {
    const { recovery, changed } = this.#options;
    const fresh = await recovery.advance(row, mayStart);
    if (fresh.status !== row.status || fresh.listed !== row.listed) changed(row.id);
    return fresh;
  }
}
