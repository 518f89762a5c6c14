import { type Call, Calls, type Ended, type Keep } from "./process/calls.ts";
import { ChildRegistry } from "./process/child_registry.ts";
import { type Home, isWhole, jobFolder, openHome } from "./files/home.ts";
import { HomeCleaner } from "./process/home_cleaner.ts";
import {
  isFinal,
  type JobEnd,
  type JobEntry,
  type JobRow,
  type JobStatus,
  type Outcome,
} from "./model/job.ts";
import type { SessionRequest, SessionSpec, ToldCell } from "./files/messages.ts";
import { JobPoller } from "./process/job_poller.ts";
import { JobDatabase } from "./store/job_database.ts";
import { JobFiles } from "./files/job_files.ts";
import { JobSnapshot } from "./store/job_snapshot.ts";
import { type JobFilter, JobStore } from "./store/job_store.ts";
import { Notices } from "./files/notices.ts";
import { Owner } from "./files/owner.ts";
import type { Draft, NewRun, ProcessRequest } from "./process/process_request.ts";
import { ProcessRunner } from "./process/process_runner.ts";
import type { RayRequest } from "./ray/ray_submitter.ts";
import { Runners, type RunnersOptions } from "./runners.ts";
import { sendInput } from "./process/send_input.ts";
import { TaskRunner } from "./task/task_runner.ts";
import { untilEnded } from "./waiting/until_ended.ts";

export type { Call, Ended, Keep } from "./process/calls.ts";

const POLL_MS = 1000;
const SWEEP_MS = 3600 * 1000;
const CANCEL_SECONDS = 30;
const ASK_AGAIN_SECONDS = 1;

export interface JobManagerOptions extends Pick<RunnersOptions, "ray" | "requestOf"> {
  home: Home;
  /** Path of the Python (3.8 or later) that runs launcher and supervisors. */
  python: () => string;
  maxRunning: number;
  /** Bytes a stream. */
  maxOutputBytes: number;
  /** How long ended jobs stay. */
  keepDays: number;
  /** How long a cancel waits until nothing of the job runs; 30 by default. */
  cancelSeconds?: number;
  /** Called with each sweep, with the programs of the jobs that have not ended. */
  swept?: (programs: string[]) => Promise<void>;
  /** Makes the result of a run out of its files. */
  describe: (
    files: JobFiles,
    outcome: Outcome,
    cell?: ToldCell,
  ) => Promise<Pick<JobEnd, "result" | "error">>;
  log: (message: string) => void;
  /** Tells the user what they should know, such as a database that was damaged. */
  warn: (message: string) => void;
}

/** The jobs of a home, as one of its servers sees and changes them. */
export class JobManager {
  readonly home: Home;
  readonly store: JobStore;
  readonly #database: JobDatabase;
  readonly notices: Notices;
  readonly tasks: TaskRunner;
  readonly #processes: ProcessRunner;
  readonly #runners: Runners;
  readonly #options: JobManagerOptions;
  readonly #owner: Owner;
  readonly #snapshot: JobSnapshot;
  readonly #cleaner: HomeCleaner;
  readonly #children: ChildRegistry;
  readonly #calls: Calls;
  readonly #poller: JobPoller;
  readonly #listeners = new Set<(id: string) => void>();
  readonly #timers: ReturnType<typeof setInterval>[];
  #keepsRefreshing = false;
  #sweeping?: Promise<void>;

  constructor(given: JobManagerOptions) {
    const options = { ...given, describe: describeSafely(given) };
    const { home, log } = options;
    this.#options = options;
    this.home = home;
    this.notices = new Notices(options.warn);
    this.#database = new JobDatabase(
      home,
      (message) => this.notices.add(message),
      () => this.#mendHome(),
    );
    this.store = new JobStore(this.#database);
    try {
      this.#owner = new Owner(home);
    } catch (error) {
      this.store.close();
      throw error;
    }
    this.#snapshot = new JobSnapshot(home, this.store, log);
    const shared = { home, store: this.store, owner: this.#owner };
    const changed = (id: string) => this.#publish(id);
    const children = new ChildRegistry({ ...shared, changed, log });
    this.#children = children;
    this.#processes = new ProcessRunner({
      ...options,
      ...shared,
      register: (id) => children.register(id),
      submit: (child) => void this.#runners.submit(child),
      news: (id, cell) => this.#onNews(id, cell),
    });
    this.#runners = new Runners({
      ...options,
      ...shared,
      children,
      processes: this.#processes,
      news: (id) => this.#onNews(id),
    });
    this.#cleaner = new HomeCleaner({
      ...options,
      store: this.store,
      children,
      removing: (ids) => this.#runners.forget(ids),
    });
    this.#calls = new Calls({
      ...options,
      store: this.store,
      changed,
      recovery: this.#processes.recovery,
      runnerOf: (id) => this.#runners.of(id),
    });
    this.tasks = new TaskRunner({ ...shared, changed, log });
    const calls = this.#calls;
    const processes = this.#processes;
    const { recovery } = processes;
    this.#poller = new JobPoller({ ...shared, children, processes, recovery, calls, changed, log });
    this.#timers = [
      setInterval(() => this.#poll(), POLL_MS),
      setInterval(() => this.sweep(), SWEEP_MS),
    ];
    for (const timer of this.#timers) Deno.unrefTimer(timer as unknown as number);
  }

  get cancelSeconds(): number {
    return this.#options.cancelSeconds ?? CANCEL_SECONDS;
  }

  get log(): (message: string) => void {
    return this.#options.log;
  }

  /** Starts the launcher ahead of the first run. */
  warmUp(): void {
    this.#processes.warmUp();
  }

  /**
   * Brings all jobs up to date, and starts again those that nobody who lives will start: with this
   * process' environment, which is why only servers ask for it. Reading a job never starts one.
   */
  refresh(): Promise<void> {
    return this.#poller.refreshAll();
  }

  /** The same each second from now on. */
  keepRefreshing(): void {
    this.#keepsRefreshing = true;
    this.#runners.look();
    this.refresh();
  }

  /** Calls back when a job may have changed; returns what ends that. */
  onChange(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // -- running ------------------------------------------------------------------------------

  draft(run: NewRun): Draft {
    return this.#processes.draft(run);
  }

  discard(draft: Draft): void {
    this.#processes.discard(draft.id);
  }

  /** Starts a run that its caller waits for; it is no listed job unless it outlives the call. */
  call(draft: Draft, request: ProcessRequest | RayRequest): Promise<Call> {
    return this.#calls.start(draft, () => this.#runners.start(draft, request));
  }

  /** Starts a run in the background. */
  async start(draft: Draft, request: ProcessRequest | RayRequest): Promise<void> {
    await this.#runners.start(draft, request);
    this.#publish(draft.id);
  }

  /** The end of a run that its caller waited for; `keep` says what stays of it, if the caller has not left (`signal`). */
  finishCall(call: Call, keep: (end: Ended) => Keep, signal?: AbortSignal): Promise<Ended> {
    return this.#calls.finish(call, keep, signal);
  }

  /** Makes a call's run a listed job; returns its place in the queue, 0 when it runs. */
  async toBackground(call: Call): Promise<number> {
    const position = await this.#calls.toBackground(call);
    await this.get(call.id);
    this.#publish(call.id);
    return position;
  }

  // -- reading ------------------------------------------------------------------------------

  /** The job as it is now, whichever server started it. */
  async get(id: string): Promise<JobRow | undefined> {
    let row = this.store.get(id);
    if (!row) {
      this.#children.register(id);
      row = this.store.get(id);
    }
    return row && await this.#poller.read(row);
  }

  /**
   * Brings jobs on a cluster up to date, which a server does each second: for whoever looks but once.
   * Returns why what is known of them may be old.
   */
  catchUp(): Promise<string | undefined> {
    return this.#runners.catchUp();
  }

  /** Waits until the job has ended or the time is up. */
  waitForEnd(id: string, seconds: number, signal?: AbortSignal): Promise<JobRow | undefined> {
    const job = {
      get: () => this.get(id),
      lock: this.files(id)?.lock,
      onChange: (listener: () => void) => this.onChange((changed) => changed === id && listener()),
    };
    return untilEnded(job, seconds, signal);
  }

  async list(filter: JobFilter): Promise<{ rows: JobEntry[]; total: number }> {
    while (true) {
      const { openings } = this.store;
      await this.#poller.readAll();
      const answer = { rows: this.store.list(filter), total: this.store.count(filter.status) };
      // A database that was rebuilt meanwhile holds jobs that nobody has looked at yet.
      if (this.store.openings === openings) return answer;
    }
  }

  files(id: string): JobFiles | undefined {
    const folder = jobFolder(this.home, id);
    return folder === undefined ? undefined : new JobFiles(folder);
  }

  // -- ending -------------------------------------------------------------------------------

  /**
   * Ends a job and answers when nothing of it runs, or after so many seconds (`cancelSeconds`) with the
   * job still running.
   * A job that had ended before stays what it was. `undefined`: there is no such job.
   */
  async cancel(
    id: string,
    seconds = this.cancelSeconds,
  ): Promise<{ row: JobRow; wasFinal: boolean } | undefined> {
    const row = await this.get(id);
    if (!row) return undefined;
    if (isFinal(row.status)) return { row, wasFinal: true };
    const deadline = performance.now() + seconds * 1000;
    for (let last = row;;) {
      // Again and again: a job that somebody looked at just now could not be locked.
      if (row.kind !== "task") await this.#runners.of(id).askToCancel(last);
      else if (!this.tasks.cancel(id)) this.files(id)?.askToCancel();
      last = await this.waitForEnd(id, ASK_AGAIN_SECONDS) ?? last;
      if (isFinal(last.status) || performance.now() >= deadline) {
        return { row: last, wasFinal: false };
      }
    }
  }

  /** Sends input to a running job whose standard input is open; see `send_input.ts` for what it throws. */
  async sendInput(id: string, message: { text: string; eof: boolean }): Promise<void> {
    await sendInput(this.files(id)!, message);
  }

  // -- sessions -----------------------------------------------------------------------------

  /** The sessions of the home; what `start` and `ask` answer is `null` where nobody is left to answer. */
  readonly sessions = {
    start: (spec: SessionSpec) => this.#processes.startSession(spec),
    ask: (id: string, request: SessionRequest) => this.#processes.askSession(id, request),
  };

  /** Removes ended jobs, their files with them. Returns how many. */
  async prune(statuses: readonly JobStatus[], endedBefore: number): Promise<number> {
    const removed = await this.#cleaner.prune(statuses, endedBefore);
    if (removed > 0) this.#snapshot.schedule();
    return removed;
  }

  /** Removes one job with its files; false when it has not ended, or there is none. */
  remove(id: string): boolean {
    const row = this.store.get(id);
    if (!row || !isFinal(row.status)) return false;
    this.#cleaner.remove([id]);
    this.#snapshot.schedule();
    return true;
  }

  /** Brings the home in order after other servers. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => this.#sweeping = undefined);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    try {
      await this.#cleaner.sweep(this.#owner);
      const programs = this.store.unfinished()
        .flatMap(({ id }) => this.files(id)?.spec?.process.run.argv[0] ?? []);
      await this.#options.swept?.(programs);
    } catch (error) {
      this.log(`the home could not be swept: ${error}`);
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#cleaner.close();
    await this.#sweeping;
    await this.#poller.close();
    this.tasks.close();
    await this.#calls.close().catch((error) => this.log(`a call was not listed: ${error}`));
    await this.#runners.close();
    this.#snapshot.close();
    await this.#processes.close();
    this.store.close();
    this.#owner.close();
  }

  /** Makes a home anew that was removed while it is in use; what ran in it is stopped by its supervisors. */
  #mendHome(): void {
    if (isWhole(this.home) && this.#owner.isSeen) return;
    openHome(this.home.root);
    this.#owner.renew();
    this.#database.letGo();
    this.#processes.replaceLauncher();
    this.notices.add(
      `A part of ${this.home.root} was removed while it was in use. It was made anew; jobs whose ` +
        "folders are gone were stopped",
    );
  }

  #poll(): Promise<void> {
    try {
      this.#mendHome();
    } catch (error) {
      this.log(`the home cannot be made anew: ${error}`);
    }
    this.#runners.look();
    return this.#keepsRefreshing ? this.#poller.refreshAll() : this.#poller.readAll();
  }

  #onNews(id?: string, cell?: ToldCell): void {
    if (id === undefined) {
      this.#poll();
    } else if (this.#calls.has(id)) {
      this.#calls.answer(id, cell);
    } else {
      this.get(id).catch((error) => this.log(`job ${id}: ${error}`));
      this.#publish(id);
    }
  }

  #publish(id: string): void {
    this.#snapshot.schedule();
    for (const listener of this.#listeners) listener(id);
  }
}

/** A job ends whatever is wrong with the files that its result is made of. */
function describeSafely({ describe, log }: JobManagerOptions): JobManagerOptions["describe"] {
  return async (files, outcome, cell) => {
    try {
      return await describe(files, outcome, cell);
    } catch (error) {
      log(`no result of ${files.folder}: ${error}`);
      return { result: null, error: outcome.error ?? `The job's result cannot be read: ${error}` };
    }
  };
}
