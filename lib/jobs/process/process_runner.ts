import { explained } from "../../base/explain_system_error.ts";
import { pause } from "../../base/pause.ts";
import type { Call } from "./call.ts";
import type { Describe } from "./describe.ts";
import { HandOver } from "./hand_over.ts";
import type { ClusterChild, ToldCell } from "../files/messages.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { isFinal, type JobRow } from "../model/job.ts";
import { JobFiles } from "../files/job_files.ts";
import { JobFolders } from "./job_folders.ts";
import { recordOf, type StoredSpec } from "../files/job_record.ts";
import type { JobStore } from "../store/job_store.ts";
import {
  type Draft,
  makeSpec,
  type NewRun,
  type ProcessRequest,
  writeSpec,
} from "./process_request.ts";
import type { Owner } from "../files/owner.ts";
import { Recovery } from "./recovery.ts";
import type { Runner } from "./runner.ts";
import type { SessionLinks } from "./session_links.ts";
import type { SessionRequests } from "./session_requests.ts";

const LOOK_MS = 20;

export interface ProcessRunnerOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  python: () => string;
  maxRunning: number;
  /** Bytes a stream. */
  maxOutputBytes: number;
  describe: Describe;
  /** Whether it is a run whose caller waits, and no listed job. */
  isAwaited: (id: string) => boolean;
  /** The launcher has a job that a script asked for, and that has no row yet. */
  register: (id: string) => void;
  /** A script asked for a job on the cluster. */
  submit: (child: ClusterChild) => void;
  /** Called when a launcher has news of a job; without an id, when any job may have changed. */
  news: (id?: string, cell?: ToldCell) => void;
  log: (message: string) => void;
}

/** Runs jobs as processes under supervisors. */
export class ProcessRunner implements Runner {
  readonly #options: ProcessRunnerOptions;
  readonly #handOver: HandOver;
  readonly #folders: JobFolders;
  /** Whether the last job has a sandbox. */
  #isSandboxed = false;
  /** Finds out what became of jobs. */
  readonly recovery: Recovery;

  constructor(options: ProcessRunnerOptions) {
    this.#options = options;
    const { register, news, isAwaited } = options;
    this.#folders = new JobFolders({
      ...options,
      made: (id, dir) => {
        if (this.#isSandboxed) this.#handOver.tell({ ahead: { id, dir } }).catch(() => {});
      },
    });
    this.#handOver = new HandOver({
      ...options,
      child: register,
      started: (id) => {
        if (!isAwaited(id) && this.recovery.markRunning(id)) news(id);
      },
      ended: news,
      failed: (id, error) => {
        try {
          this.recovery.failUnstarted(id, error);
        } catch (cause) {
          options.log(`job ${id} is to be ended later (${error}): ${cause}`);
        }
        news(id);
      },
      lost: news,
    });
    this.recovery = new Recovery({
      ...options,
      handOver: this.#handOver,
      discard: (id) => this.discard([id]),
    });
  }

  /** Starts the launcher ahead of the first run. */
  warmUp(): void {
    this.#handOver.warmUp();
    this.prepareNext();
  }

  /** Makes the folder of the next run, perhaps of that of a run that is to be removed. */
  prepareNext(used?: Call): void {
    this.#folders.prepareNext(used);
  }

  /** Has the launcher go on where a script has stopped it. */
  async checkLauncher(): Promise<void> {
    await this.#handOver.checkLauncher().catch(() => {}); // it has ended: the next order finds that out
  }

  /** The home was made anew, and what the launcher had there is gone. */
  replaceLauncher(): void {
    this.#handOver.replaceLauncher();
  }

  /** Reserves a place in the order of creation, then a folder: no folder is ever without a row. */
  draft({ kind = "process", command, session, ...run }: NewRun): Draft {
    const { home, store, owner } = this.#options;
    const id = kind === "process" ? this.#folders.takeId(session) : crypto.randomUUID();
    const job = { ...run, id, kind, owner: owner.id };
    try {
      const createdAt = Date.now();
      const seq = store.insert({ ...job, command, createdAt });
      if (kind === "process") this.#handOver.reserve(id);
      const files = this.#folders.make(id, session);
      const record = recordOf({ ...job, seq, createdAt, parent: null });
      // Of a call that was not handed over nothing is to be left.
      if (run.listed) files.record = record;
      return { id, kind, command, seq, createdAt, record, files };
    } catch (error) {
      this.discard([id]);
      throw explained(error, `The job was not started in ${home.root}`);
    }
  }

  /** Writes down what is known of a call's run that becomes a job before it was handed over. */
  keepRecord({ id, record, files }: Draft): void {
    record.listed = true;
    try {
      files.record = record;
    } catch (error) {
      this.#options.log(`job ${id} is promised without a file that says so: ${error}`);
    }
  }

  /** Hands a job over; from here on it is never lost. One that cannot be handed over is removed. */
  async start(draft: Draft, request: ProcessRequest): Promise<StoredSpec> {
    const process = makeSpec(draft, request, this.#options.maxOutputBytes);
    const { prepare, run, env, prepareEnv } = request;
    this.#isSandboxed = run.sandbox !== undefined;
    try {
      const spec = writeSpec(draft, request, process, this.#options.store);
      await this.#handOver.give({
        ...process,
        prepare: prepare.map((step) => ({ ...step, env: { ...step.env, ...prepareEnv } })),
        run: { ...run, env: { ...run.env, ...env } },
      });
      // After a call this waits for its answer: processors are few, and its script runs.
      if (request.background) this.prepareNext();
      return spec;
    } catch (error) {
      if (!draft.isPromised) this.discard([draft.id]);
      throw explained(error, `The job was not started in ${this.#options.home.root}`);
    }
  }

  /** Whether the job is being made, or waits for its start, here. */
  isQueued(id: string): boolean {
    return this.#handOver.has(id);
  }

  /** Ends a job that is listed and was not handed over; whoever looks at it just now is waited for. */
  async fail(id: string, error: string): Promise<void> {
    while (!this.recovery.failUnstarted(id, error)) {
      await pause(LOOK_MS);
    }
  }

  /** Removes jobs that are not to be kept. */
  discard(ids: string[]): void {
    for (const id of ids) this.#handOver.forget(id);
    this.#folders.discard(ids);
  }

  /** Lets a call that overran its budget go on among the background jobs. */
  async moveToBackground(id: string): Promise<void> {
    const files = this.#files(id);
    try {
      files.markBackground();
    } catch (error) {
      this.#options.log(
        `job ${id} goes on in the background without a file that says so: ${error}`,
      );
    }
    await this.#handOver.moveToBackground(id);
    await this.#wake(files);
  }

  /** What is asked of sessions. */
  get sessionRequests(): SessionRequests {
    return this.#handOver.requests;
  }

  /** Sessions that this server gives cells to. */
  get sessionLinks(): SessionLinks {
    return this.#handOver.sessions;
  }

  /** Asks a job to end: one that has not started ends here and now, a supervisor is told. */
  async askToCancel(row: JobRow): Promise<void> {
    const files = this.#files(row.id);
    if (!files.isThere) return;
    try {
      files.askToCancel();
    } catch (error) {
      this.#options.log(`job ${row.id} is cancelled without a file that says so: ${error}`);
    }
    const { status } = await this.recovery.advance(row, false);
    if (!isFinal(status)) await this.#handOver.tell({ cancel: files.folder }).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#folders.close();
    await this.#handOver.close();
  }

  /** Makes a supervisor look at its files now; by itself it looks each second. */
  async #wake({ folder }: JobFiles): Promise<void> {
    await this.#handOver.tell({ wake: folder }).catch(() => {});
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }
}
