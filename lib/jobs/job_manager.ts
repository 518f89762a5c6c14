import { describeSafely } from "./describe_safely.ts";
import { type Home, jobFolder } from "./files/home.ts";
import { JobFiles } from "./files/job_files.ts";
import type { SessionRequest, SessionSpec, ToldCell } from "./files/messages.ts";
import type { Notices } from "./files/notices.ts";
import type { JobManagerOptions } from "./job_manager_options.ts";
import { JobParts } from "./job_parts.ts";
import { isFinal, type JobEntry, type JobRow, type JobStatus } from "./model/job.ts";
import type { Answered } from "./process/answered_runs.ts";
import type { Call } from "./process/call.ts";
import type { Ended, Keep } from "./process/calls.ts";
import type { Draft, NewRun, ProcessRequest } from "./process/process_request.ts";
import { sendInput } from "./process/send_input.ts";
import type { RayRequest } from "./ray/ray_submitter.ts";
import type { JobFilter, JobStore } from "./store/job_store.ts";
import type { TaskRunner } from "./task/task_runner.ts";
import { untilEnded } from "./waiting/until_ended.ts";

export type { JobManagerOptions } from "./job_manager_options.ts";
export type { Call } from "./process/call.ts";
export type { Ended, Keep } from "./process/calls.ts";

const CANCEL_SECONDS = 30;
const ASK_AGAIN_SECONDS = 1;

/** The jobs of a home, as one of its servers sees and changes them. */
export class JobManager {
  readonly home: Home;
  readonly store: JobStore;
  readonly notices: Notices;
  readonly tasks: TaskRunner;
  readonly #options: JobManagerOptions;
  readonly #parts: JobParts;

  constructor(given: JobManagerOptions) {
    const options = { ...given, describe: describeSafely(given) };
    const parts = new JobParts(options, (id, cell) => this.#onNews(id, cell));
    this.home = options.home;
    this.store = parts.store;
    this.notices = parts.notices;
    this.tasks = parts.tasks;
    this.#options = options;
    this.#parts = parts;
  }

  get cancelSeconds(): number {
    return this.#options.cancelSeconds ?? CANCEL_SECONDS;
  }

  get log(): (message: string) => void {
    return this.#options.log;
  }

  /** Starts the launcher ahead of the first run. */
  warmUp(): void {
    this.#parts.processes.warmUp();
  }

  /**
   * Brings all jobs up to date, and starts again those that nobody who lives will start: with this
   * process' environment, which is why only servers ask for it. Reading a job never starts one.
   */
  refresh(): Promise<void> {
    return this.#parts.poller.refreshAll();
  }

  /** The same each second from now on. */
  keepRefreshing(): void {
    this.#parts.upkeep.keepRefreshing();
  }

  /** Calls back when a job may have changed; returns what ends that. */
  onChange(listener: (id: string) => void): () => void {
    return this.#parts.changes.listen(listener);
  }

  // -- running ------------------------------------------------------------------------------

  draft(run: NewRun): Draft {
    return this.#parts.processes.draft(run);
  }

  discard(draft: Draft): void {
    this.#parts.processes.discard([draft.id]);
  }

  /** Starts a run that its caller waits for; it is no listed job unless it outlives the call. */
  call(draft: Draft, request: ProcessRequest | RayRequest): Promise<Call> {
    return this.#parts.calls.start(draft, () => this.#parts.runners.start(draft, request));
  }

  /** Starts a run in the background. */
  async start(draft: Draft, request: ProcessRequest | RayRequest): Promise<void> {
    await this.#parts.runners.start(draft, request);
    this.#parts.changes.publish(draft.id);
  }

  /** The end of a run that its caller waited for; `keep` says what stays of it, unless the caller has left. */
  finishCall(call: Call, keep: (end: Ended) => Keep, caller?: Answered): Promise<Ended> {
    return this.#parts.calls.finish(call, keep, caller);
  }

  /** Lists a job whose caller is told of it before it is known what it runs; returns its place in the queue. */
  promise(draft: Draft): Promise<number> {
    draft.isPromised = true;
    this.#parts.processes.keepRecord(draft);
    return this.toBackground(draft);
  }

  /** Ends a job that was promised and cannot be started. */
  async fail({ id }: Draft, error: string): Promise<void> {
    await this.#parts.processes.fail(id, error);
    await this.get(id);
    this.#parts.changes.publish(id);
  }

  /** Makes a call's run a listed job; returns its place in the queue, 0 when it runs. */
  async toBackground(call: Pick<Call, "id" | "files">): Promise<number> {
    const position = await this.#parts.calls.toBackground(call);
    await this.get(call.id);
    this.#parts.changes.publish(call.id);
    return position;
  }

  /** Sends input to a running job whose standard input is open; see `send_input.ts` for what it throws. */
  async sendInput(id: string, message: { text: string; eof: boolean }): Promise<void> {
    await sendInput(this.files(id)!, message);
  }

  /** The sessions of the home; what `start` and `ask` answer is `null` where nobody is left to answer. */
  readonly sessions = {
    start: (spec: SessionSpec) => this.#parts.processes.sessionRequests.start(spec),
    hasArrived: (cell: string) => this.#parts.processes.sessionLinks.has(cell),
    isOpen: (id: string) => this.#parts.processes.sessionLinks.isOpen(id),
    ask: (id: string, request: SessionRequest) =>
      this.#parts.processes.sessionRequests.ask(id, request),
  };

  // -- reading ------------------------------------------------------------------------------

  /** The job as it is now, whichever server started it. */
  async get(id: string): Promise<JobRow | undefined> {
    let row = this.store.get(id);
    if (!row) {
      this.#parts.children.register(id);
      row = this.store.get(id);
    }
    return row && await this.#parts.poller.read(row);
  }

  /**
   * Brings jobs on a cluster up to date, which a server does each second: for whoever looks but once.
   * Returns why what is known of them may be old.
   */
  catchUp(): Promise<string | undefined> {
    return this.#parts.runners.catchUp();
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
      await this.#parts.poller.readAll();
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
      if (row.kind !== "task") await this.#parts.runners.of(id).askToCancel(last);
      else if (!this.tasks.cancel(id)) this.files(id)?.askToCancel();
      last = await this.waitForEnd(id, ASK_AGAIN_SECONDS) ?? last;
      if (isFinal(last.status) || performance.now() >= deadline) {
        return { row: last, wasFinal: false };
      }
    }
  }

  /** Removes ended jobs, their files with them. Returns how many. */
  async prune(statuses: readonly JobStatus[], endedBefore: number): Promise<number> {
    const removed = await this.#parts.cleaner.prune(statuses, endedBefore);
    if (removed > 0) this.#parts.changes.removed();
    return removed;
  }

  /** Removes one job with its files; false when it has not ended, or there is none. */
  remove(id: string): boolean {
    const row = this.store.get(id);
    if (!row || !isFinal(row.status)) return false;
    this.#parts.cleaner.remove([id]);
    this.#parts.changes.removed();
    return true;
  }

  /** Brings the home in order after other servers. */
  sweep(): Promise<void> {
    return this.#parts.upkeep.sweep();
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  #onNews(id?: string, cell?: ToldCell): void {
    const { upkeep, calls, changes } = this.#parts;
    if (id === undefined) {
      upkeep.poll();
    } else if (calls.has(id)) {
      calls.answer(id, cell);
    } else {
      this.get(id).catch((error) => this.log(`job ${id}: ${error}`));
      changes.publish(id);
    }
  }
}
