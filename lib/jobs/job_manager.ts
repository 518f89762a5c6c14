import { join } from "node:path";
import { removeIfThere } from "../base/private_files.ts";
import { type Home, jobFolder } from "./home.ts";
import { isFinal, type JobEnd, type JobRow, type JobStatus, type Outcome } from "./job.ts";
import { JobFiles } from "./job_files.ts";
import { JobSnapshot } from "./job_snapshot.ts";
import { JobStore } from "./job_store.ts";
import { openJobDatabase } from "./open_job_database.ts";
import { Owner } from "./owner.ts";
import { type Draft, type ProcessRequest, ProcessRunner } from "./process_runner.ts";
import { TaskRunner } from "./task_runner.ts";
import { Watch } from "./watch.ts";

const TEND_MS = 1000;
const BURY_LOOK_MS = 20;
/** How long a cancel waits until nothing of the job runs, in milliseconds. */
const CANCEL_MS = 30_000;
/** How long the files of a run that was answered within its call stay, when they are kept. */
const KEEP_CALL_MS = 24 * 3600 * 1000;

export interface JobManagerOptions {
  home: Home;
  /** Path of the Python (3.8 or later) that runs launcher and supervisors. */
  python: () => string;
  maxRunning: number;
  /** Bytes a stream. */
  maxOutput: number;
  /** How long ended jobs stay. */
  keepDays: number;
  /** Makes the result of a run out of its files. */
  describe: (files: JobFiles, outcome: Outcome) => Promise<Pick<JobEnd, "result" | "error">>;
  log: (message: string) => void;
}

/** A run while its caller waits. */
export interface Call {
  id: string;
  files: JobFiles;
  /** Fulfilled when nothing of it runs any more. */
  ended: Promise<void>;
}

/** The jobs of a home, as one of its servers sees and changes them. */
export class JobManager {
  readonly home: Home;
  readonly store: JobStore;
  readonly tasks: TaskRunner;
  readonly #processes: ProcessRunner;
  readonly #options: JobManagerOptions;
  readonly #owner: Owner;
  readonly #snapshot: JobSnapshot;
  /** Runs whose caller waits: they are settled by the call itself. */
  readonly #calls = new Map<string, () => void>();
  readonly #listeners = new Set<(id: string) => void>();
  readonly #tender: ReturnType<typeof setInterval>;
  #tending: Promise<void> | undefined;

  constructor(options: JobManagerOptions) {
    const { home, log } = options;
    this.#options = options;
    this.home = home;
    this.#owner = new Owner(home);
    this.store = new JobStore(openJobDatabase(join(home.meta, "jobs.db")));
    this.#snapshot = new JobSnapshot(home, this.store);
    const shared = { home, store: this.store, owner: this.#owner };
    this.#processes = new ProcessRunner({
      ...options,
      ...shared,
      news: (id) => this.#onNews(id),
    });
    this.tasks = new TaskRunner({ ...shared, changed: (id) => this.#publish(id) });
    this.#tender = setInterval(() => {
      this.#tending ??= this.#tend().catch((error) => log(`tending failed: ${error}`))
        .finally(() => this.#tending = undefined);
    }, TEND_MS);
    Deno.unrefTimer(this.#tender as unknown as number);
  }

  get log(): (message: string) => void {
    return this.#options.log;
  }

  /** Starts the launcher ahead of the first run. */
  warmUp(): void {
    this.#processes.warmUp();
  }

  /** Calls back when a job may have changed; returns what ends that. */
  onChange(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // -- running ------------------------------------------------------------------------------

  draft(tool: string, label: string | null, listed: boolean): Draft {
    return this.#processes.draft(tool, label, listed);
  }

  discard(draft: Draft): void {
    this.#processes.discard(draft.id);
  }

  /** Starts a run that its caller waits for; it is no listed job unless it outlives the call. */
  async call(draft: Draft, request: ProcessRequest): Promise<Call> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#calls.set(draft.id, resolve);
    await this.#processes.start(draft, request);
    return { id: draft.id, files: draft.files, ended: promise };
  }

  /** Starts a run in the background. */
  async start(draft: Draft, request: ProcessRequest): Promise<void> {
    await this.#processes.start(draft, request);
    this.#publish(draft.id);
  }

  /** The end of a run that its caller waited for. Its files go, unless `keep` says that they are needed. */
  async finishCall(call: Call, keep: (end: Ended) => boolean): Promise<Ended> {
    const outcome = await this.#outcomeOf(call);
    const end = { outcome, ...await this.#options.describe(call.files, outcome) };
    this.#calls.delete(call.id);
    if (keep(end)) {
      await this.#processes.look(this.store.get(call.id)!);
      this.store.setExpiry(call.id, Date.now() + KEEP_CALL_MS);
    } else {
      this.#processes.discard(call.id);
    }
    return end;
  }

  /** Makes a call's run a listed job; returns its place in the queue, 0 when it runs. */
  async toBackground(call: Call): Promise<number> {
    this.#calls.delete(call.id);
    this.store.setListed(call.id);
    await this.#processes.moveToBackground(call.id);
    const position = this.#processes.hasStarted(call.id)
      ? 0
      : Math.max(1, this.#processes.queuePosition(call.id));
    await this.#refresh(this.store.get(call.id)!);
    this.#publish(call.id);
    return position;
  }

  async #outcomeOf(call: Call): Promise<Outcome> {
    for (let outcome = call.files.outcome;; outcome = call.files.outcome) {
      if (outcome) return outcome;
      // Its supervisor was killed: looking buries the job, which gives it an outcome.
      const row = this.store.get(call.id);
      if (row) await this.#processes.look(row);
      await new Promise((resolve) => setTimeout(resolve, BURY_LOOK_MS));
    }
  }

  // -- looking ------------------------------------------------------------------------------

  /** The job as it is now, whichever server started it. */
  async get(id: string): Promise<JobRow | undefined> {
    const row = this.store.get(id);
    return row && await this.#refresh(row);
  }

  /** Waits until the job has ended or the time is up. */
  async waitForEnd(id: string, seconds: number, signal?: AbortSignal): Promise<JobRow | undefined> {
    const deadline = Date.now() + seconds * 1000;
    const files = this.files(id);
    // It watches before it looks, so that nothing happens unseen in between.
    using watch = new Watch(files?.lock, signal);
    const stopListening = this.onChange((changed) => changed === id && watch.wake());
    try {
      for (let row = await this.get(id);; row = await this.get(id)) {
        const left = deadline - Date.now();
        if (!row || isFinal(row.status) || signal?.aborted || left <= 0) return row;
        await watch.next(Math.min(left, TEND_MS));
      }
    } finally {
      stopListening();
    }
  }

  async list(
    filter: { status?: JobStatus; limit: number; before?: number },
  ): Promise<{ rows: JobRow[]; total: number }> {
    await this.#tend();
    return { rows: this.store.list(filter), total: this.store.count(filter.status) };
  }

  files(id: string): JobFiles | undefined {
    const folder = jobFolder(this.home, id);
    return folder === undefined ? undefined : new JobFiles(folder);
  }

  // -- ending -------------------------------------------------------------------------------

  /**
   * Ends a job and answers when nothing of it runs, or after 30 s with the job still running.
   * A job that had ended before stays what it was. `undefined`: there is no such job.
   */
  async cancel(id: string): Promise<{ row: JobRow; wasFinal: boolean } | undefined> {
    const row = await this.get(id);
    if (!row) return undefined;
    if (isFinal(row.status)) return { row, wasFinal: true };
    if (row.kind === "process") await this.#processes.askToCancel(id);
    else this.files(id)?.askToCancel();
    const last = await this.waitForEnd(id, CANCEL_MS / 1000);
    return { row: last ?? row, wasFinal: false };
  }

  /** Removes ended jobs, their files with them. Returns how many. */
  prune(statuses: readonly JobStatus[], endedBefore: number): number {
    const rows = this.store.endedBefore(endedBefore, statuses);
    this.#remove(rows);
    return rows.length;
  }

  /** Brings the home in order after other servers: expired runs, dead owners, folders without a row. */
  sweep(): void {
    this.#remove(this.store.expired(Date.now()));
    this.prune(
      ["completed", "failed", "cancelled"],
      Date.now() - this.#options.keepDays * 24 * 3600 * 1000,
    );
    this.#owner.sweep();
    for (const { name } of Deno.readDirSync(this.home.jobs)) {
      if (!this.store.hasId(name)) removeIfThere(join(this.home.jobs, name));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#tender);
    await this.#tending;
    this.tasks.close();
    for (const id of this.#calls.keys()) this.store.setListed(id);
    this.#snapshot.flush();
    await this.#processes.close();
    this.store.close();
    this.#owner.close();
  }

  #remove(rows: JobRow[]): void {
    // Rows first: a folder without a row is collected by the next sweep.
    this.store.delete(rows.map((row) => row.id));
    for (const row of rows) {
      const folder = jobFolder(this.home, row.id);
      if (folder) removeIfThere(folder);
    }
    if (rows.length > 0) this.#snapshot.schedule();
  }

  async #refresh(row: JobRow): Promise<JobRow> {
    if (isFinal(row.status)) return row;
    const fresh = row.kind === "process" ? await this.#processes.look(row) : this.#lookAtTask(row);
    if (fresh.status !== row.status) this.#publish(row.id);
    if (isFinal(fresh.status)) return fresh;
    return { ...fresh, progress: this.files(row.id)?.progress ?? fresh.progress };
  }

  #lookAtTask(row: JobRow): JobRow {
    if (this.#owner.lives(row.owner)) return row;
    this.store.end(row.id, {
      status: "failed",
      result: null,
      error: "The server process that ran this job ended",
      completedAt: Date.now(),
    });
    return this.store.get(row.id)!;
  }

  /** Looks after the jobs that nobody else does: those of dead owners, and what a dead launcher ran. */
  async #tend(): Promise<void> {
    const lives = new Map<string, boolean>();
    for (const row of this.store.unfinished()) {
      if (this.#calls.has(row.id)) {
        this.#checkCall(row);
        continue;
      }
      if (!lives.has(row.owner)) lives.set(row.owner, this.#owner.lives(row.owner));
      if (row.owner === this.#owner.id || !lives.get(row.owner)) await this.#refresh(row);
      // Nobody waits for the answer of a server that has ended.
      if (!row.listed && !lives.get(row.owner)) this.#list(row.id);
    }
  }

  #list(id: string): void {
    if (!this.store.hasId(id)) return;
    this.store.setListed(id);
    this.#publish(id);
  }

  /** A launcher that died cannot say that a run has ended. */
  #checkCall(row: JobRow): void {
    const files = this.files(row.id)!;
    if (files.outcome || (files.startedAt !== undefined && !files.held)) {
      this.#calls.get(row.id)?.();
    }
  }

  #onNews(id?: string): void {
    if (id === undefined) {
      this.#tend().catch((error) => this.#options.log(`tending failed: ${error}`));
      return;
    }
    const answer = this.#calls.get(id);
    if (answer) return answer();
    const row = this.store.get(id);
    if (row) {
      this.#refresh(row).catch((error) => this.#options.log(`job ${id}: ${error}`));
      this.#publish(id);
    }
  }

  #publish(id: string): void {
    this.#snapshot.schedule();
    for (const listener of this.#listeners) listener(id);
  }
}

/** How a run ended, and what its caller is told. */
export interface Ended {
  outcome: Outcome;
  result: unknown;
  error: string | null;
}
