import type { EnvChanges, PrepareStep, RunStep } from "../base/command.ts";
import { ensureFolder, exists, removeIfThere } from "../base/private_files.ts";
import { holdLock } from "./file_lock.ts";
import { type Home, jobFolder } from "./home.ts";
import { type JobEnd, type JobRow, type Outcome, statusOf } from "./job.ts";
import { JobFiles, type StoredSpec } from "./job_files.ts";
import type { JobStore } from "./job_store.ts";
import { Launcher, type Order, type ProcessSpec } from "./launcher.ts";
import type { Owner } from "./owner.ts";
import { queuePosition, removeTickets } from "./queue.ts";

/** A command to run as a job. */
export interface ProcessRequest {
  prepare: PrepareStep[];
  run: RunStep;
  /** Environment values that the caller gave: they reach the run, and no file. */
  env: EnvChanges;
  /** Those of them that the preparation needs too. */
  prepareEnv: EnvChanges;
  /** Seconds; 0 for none. */
  timeLimit: number;
  background: boolean;
  details: Record<string, unknown>;
  sampleInterval?: number;
  repeat?: number;
}

/** A job that has its place and folder but has not been handed over yet. */
export interface Draft {
  id: string;
  seq: number;
  files: JobFiles;
}

export interface ProcessRunnerOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  /** The Python (3.8 or later) that runs launcher and supervisors. */
  python: () => string;
  maxRunning: number;
  /** Bytes a stream. */
  maxOutput: number;
  /** Makes the result of a run out of its files. */
  describe: (files: JobFiles, outcome: Outcome) => Promise<Pick<JobEnd, "result" | "error">>;
  /** Called when a launcher has news of a job; without an id, when any job may have changed. */
  news: (id?: string) => void;
  log: (message: string) => void;
}

/** Runs jobs as processes under supervisors; finds out what became of those of other servers. */
export class ProcessRunner {
  readonly #options: ProcessRunnerOptions;
  #launcher?: Launcher;
  /** Jobs handed over that have not started: kept so that a launcher's death loses none of them. */
  readonly #waiting = new Map<string, ProcessSpec>();

  constructor(options: ProcessRunnerOptions) {
    this.#options = options;
  }

  /** Starts the launcher ahead of the first run. */
  warmUp(): Launcher {
    this.#launcher ??= this.#startLauncher();
    return this.#launcher;
  }

  /** Reserves a place in the order of creation, then a folder: no folder is ever without a row. */
  draft(tool: string, label: string | null, listed: boolean): Draft {
    const { home, store, owner } = this.#options;
    const id = crypto.randomUUID();
    const createdAt = Date.now();
    const seq = store.insert({
      id,
      kind: "process",
      tool,
      label,
      listed,
      owner: owner.id,
      createdAt,
    });
    const files = new JobFiles(jobFolder(home, id)!);
    try {
      ensureFolder(files.folder);
      ensureFolder(files.artifacts);
      files.touchLock();
    } catch (error) {
      this.discard(id);
      throw error;
    }
    return { id, seq, files };
  }

  /** Hands a job over; from here on it is never lost. */
  async start({ id, seq, files }: Draft, request: ProcessRequest): Promise<void> {
    const { store, maxOutput } = this.#options;
    const row = store.get(id)!;
    const { stdin, ...run } = request.run;
    const process: ProcessSpec = {
      id,
      dir: files.folder,
      order: seq,
      kind: request.background ? "background" : "call",
      prepare: request.prepare,
      run,
      time_limit: request.timeLimit,
      max_output: maxOutput,
      sample_interval: request.sampleInterval,
      repeat: request.repeat,
    };
    files.spec = {
      tool: row.tool,
      label: row.label,
      parent: row.parent,
      created_at: row.createdAt,
      listed: row.listed,
      has_secrets: stdin !== undefined || Object.keys(request.env).length > 0,
      details: request.details,
      process,
    };
    await this.#handOver({
      ...process,
      prepare: request.prepare.map((step) => ({
        ...step,
        env: { ...step.env, ...request.prepareEnv },
      })),
      run: { ...request.run, env: { ...run.env, ...request.env } },
    });
  }

  /** Whether the job has left the queue. */
  hasStarted(id: string): boolean {
    return !this.#waiting.has(id);
  }

  /** Removes a job that is not to be kept: its row first, since a folder without a row is swept. */
  discard(id: string): void {
    this.#options.store.delete([id]);
    const folder = jobFolder(this.#options.home, id);
    if (folder) removeIfThere(folder);
  }

  /** Lets a call that overran its budget go on among the background jobs. */
  async moveToBackground(id: string): Promise<void> {
    const files = this.#files(id);
    files.markBackground();
    const waiting = this.#waiting.get(id);
    if (waiting) waiting.kind = "background";
    await this.#send({ background: id });
    await this.#send({ wake: files.folder });
  }

  /** The place in the queue, from 1; 0 when the job does not wait. */
  queuePosition(id: string): number {
    return queuePosition(this.#options.home, id);
  }

  /**
   * Brings the row up to date with what the job's files and locks say, and returns it. A job that
   * nobody holds is settled: from its outcome, or as failed when its supervisor was killed; one that
   * was never started is started now, or failed where its environment values are gone.
   */
  async look(row: JobRow): Promise<JobRow> {
    const { store } = this.#options;
    const folder = jobFolder(this.#options.home, row.id);
    if (!folder || !exists(folder)) return await this.#lookWithoutFolder(row);
    const files = new JobFiles(folder);
    if (await this.#settle(row, files)) return store.get(row.id)!;
    const startedAt = files.startedAt;
    if (files.held) {
      if (startedAt !== undefined && row.status === "pending") store.markRunning(row.id, startedAt);
    } else if (startedAt !== undefined) {
      await this.#bury(row, files);
    } else if (!this.#isOnItsWay(row, files)) {
      await this.#revive(row, files);
    }
    return store.get(row.id) ?? row;
  }

  /**
   * Asks a job to end. It has ended when `look` says so.
   *
   * The canceller who gets the lock of a job that has not started writes the outcome itself.
   */
  async askToCancel(id: string): Promise<void> {
    const files = this.#files(id);
    files.askToCancel();
    const lock = holdLock(files.lock);
    if (!lock) return await this.#send({ wake: files.folder });
    try {
      if (files.outcome === undefined && files.startedAt === undefined) {
        files.outcome = endedWithoutRun({ cancelled: true });
        files.touchLock();
        removeTickets(this.#options.home, id);
      }
    } finally {
      lock.close();
    }
  }

  async close(): Promise<void> {
    await this.#launcher?.close();
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }

  /** Ends the row as the outcome says; false when there is none yet. */
  async #settle(row: JobRow, files: JobFiles): Promise<boolean> {
    const outcome = files.outcome;
    if (!outcome) return false;
    const { store } = this.#options;
    const described = await this.#options.describe(files, outcome);
    store.end(row.id, {
      status: statusOf(outcome),
      ...described,
      startedAt: outcome.started_at === undefined
        ? undefined
        : Math.round(outcome.started_at * 1000),
      completedAt: Math.round(outcome.ended_at * 1000),
      progress: files.progress,
    });
    return true;
  }

  /** Whether a server or a launcher that lives has the job and will start it. */
  #isOnItsWay(row: JobRow, files: JobFiles): boolean {
    const launcher = files.acceptedBy;
    return this.#options.owner.lives(launcher ?? row.owner);
  }

  #lookWithoutFolder(row: JobRow): Promise<JobRow> {
    const { store, owner } = this.#options;
    if (!owner.lives(row.owner)) {
      store.end(row.id, {
        status: "failed",
        result: null,
        error: "The server that was to start this job ended before it could",
        completedAt: Date.now(),
      });
    }
    return Promise.resolve(store.get(row.id) ?? row);
  }

  async #bury(row: JobRow, files: JobFiles): Promise<void> {
    const error = "The job's supervisor was killed or the machine went down while it ran; " +
      "what it had printed is kept";
    this.#options.log(`job ${row.id}: no outcome and no supervisor`);
    await this.#send({ bury: { id: row.id, dir: files.folder, error } });
  }

  async #revive(row: JobRow, files: JobFiles): Promise<void> {
    const { store, owner } = this.#options;
    const spec = files.spec;
    if (!spec) {
      // Its server ended while it was still making up what to run: nothing was promised or started.
      if (row.listed) await this.#lookWithoutFolder(row);
      else this.discard(row.id);
      return;
    }
    const lock = holdLock(files.lock);
    if (!lock) return; // somebody else revives it
    try {
      if (files.startedAt !== undefined || files.outcome !== undefined) return;
      if (this.#isOnItsWay(store.get(row.id) ?? row, files)) return;
      if (!row.listed) store.setListed(row.id);
      if (spec.has_secrets) {
        files.outcome = endedWithoutRun({
          error:
            "The job waited in the queue when its server and its launcher ended. It was given " +
            "environment values or standard input, which are kept nowhere: start it again",
        });
        return;
      }
      if (!store.changeOwner(row.id, row.owner, owner.id)) return;
      removeIfThere(files.path("accepted"));
      removeTickets(this.#options.home, row.id);
      files.spec = withNote(
        spec,
        "Started again by a later server, with that server's environment",
      );
    } finally {
      lock.close();
    }
    if (spec.has_secrets) await this.#settle(row, files);
    else await this.#handOver({ ...spec.process, kind: "background" });
  }

  async #handOver(process: ProcessSpec): Promise<void> {
    this.#waiting.set(process.id, process);
    await this.#send({ run: process });
  }

  async #send(order: Order): Promise<void> {
    try {
      await this.warmUp().send(order);
    } catch {
      // The launcher is dead: the next one gets the order.
      this.#launcher = undefined;
      await this.warmUp().send(order);
    }
  }

  #startLauncher(): Launcher {
    const { home, python, maxRunning, store, news, log } = this.#options;
    const launcher: Launcher = new Launcher(home, python(), maxRunning, {
      started: (id) => {
        this.#waiting.delete(id);
        if (store.get(id)?.listed) {
          store.markRunning(id, Date.now());
          news(id);
        }
      },
      ended: (id) => {
        this.#waiting.delete(id);
        news(id);
      },
      lost: () => {
        log("the launcher is gone; running jobs go on, another one takes what waits");
        if (this.#launcher === launcher) this.#launcher = undefined;
        this.#handOverAgain();
        news();
      },
    });
    return launcher;
  }

  /** Gives what the dead launcher had not started to the next one. */
  #handOverAgain(): void {
    for (const process of this.#waiting.values()) {
      const files = new JobFiles(process.dir);
      if (files.held || files.startedAt !== undefined || files.outcome !== undefined) {
        this.#waiting.delete(process.id);
      } else {
        this.#send({ run: process });
      }
    }
  }
}

function withNote(spec: StoredSpec, note: string): StoredSpec {
  const notes = [spec.details.note, note].filter((text) => typeof text === "string");
  return { ...spec, details: { ...spec.details, note: notes.join(". ") } };
}

function endedWithoutRun(end: { cancelled?: boolean; error?: string }): Outcome {
  return {
    exit_code: null,
    signal: null,
    timed_out: false,
    cancelled: end.cancelled ?? false,
    error: end.error ?? null,
    failed_step: null,
    ended_at: Date.now() / 1000,
    elapsed_seconds: 0,
    stopped: 0,
    runs: [],
  };
}
