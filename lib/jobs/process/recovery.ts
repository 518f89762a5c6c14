import { NotAFile } from "../../base/private_files.ts";
import { holdLock } from "../files/file_lock.ts";
import { restoreModes } from "../files/despite_modes.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { JobFiles } from "../files/job_files.ts";
import type { StoredSpec } from "../files/job_record.ts";
import type { Owner } from "../files/owner.ts";
import { endedWithoutRun, isFinal, type JobRow } from "../model/job.ts";
import { type Failure, type NextStep, nextStep } from "../model/next_step.ts";
import type { JobStore } from "../store/job_store.ts";
import { gatherEvidence } from "./gather_evidence.ts";
import type { Describe } from "./describe.ts";
import type { HandOver } from "./hand_over.ts";
import { milliseconds, settleJob } from "./settle_job.ts";

export interface RecoveryOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  handOver: HandOver;
  describe: Describe;
  /** Removes a run that is not to be kept. */
  discard: (id: string) => void;
  log: (message: string) => void;
}

/** So many follow each other at most: list, acquire or end, settle. */
const MOST_STEPS = 4;
/** So often a job is looked at whose files are not to be had. */
const MOST_TRIES = 5;
/** What a script may bring about that changes its job's folder meanwhile. */
const ATTACKED = [
  Deno.errors.PermissionDenied,
  Deno.errors.NotADirectory,
  Deno.errors.IsADirectory,
  Deno.errors.FilesystemLoop,
  NotAFile,
];
const RESTARTED = "Started again by a later server, with that server's environment";
const FAILURES: Record<Failure, string> = {
  "values lost": "The job had not started when those that were to start it were killed. " +
    "It was given environment values or standard input, which are kept nowhere: start it again",
  "not handed over": "The server that was to start this job ended before it could",
  "folder gone": "The job's folder was removed, or the job's server ended before it was made",
  "owner ended": "The server process that ran this job ended",
};

/** Finds out what became of jobs, whoever ran them, and does what {@linkcode nextStep} says. */
export class Recovery {
  readonly #options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** What is to be done for a job that has not ended. */
  nextStep(row: JobRow, mayStart: boolean): NextStep {
    return nextStep(this.#evidence(row, { mayStart, holdsLock: false }));
  }

  /**
   * Does what is to be done for a job and returns its row as it is then. What its script makes unreadable
   * again and again, or replaces by what is no file, is looked at later: the row stays as it is.
   *
   * @param mayStart A job that nobody who lives will start is started now; else it stays as it is.
   */
  async advance(row: JobRow, mayStart: boolean): Promise<JobRow> {
    const { store, log } = this.#options;
    for (let tries = 1;; tries++) {
      try {
        return await this.#advance(row, mayStart);
      } catch (error) {
        if (!ATTACKED.some((kind) => error instanceof kind)) throw error;
        if (tries === MOST_TRIES) {
          log(`job ${row.id} is to be looked at later: ${error}`);
          return store.get(row.id) ?? row;
        }
        restoreModes(this.#files(row.id).folder);
      }
    }
  }

  async #advance(row: JobRow, mayStart: boolean): Promise<JobRow> {
    const { store } = this.#options;
    let now = row;
    for (let steps = 0; steps < MOST_STEPS && !isFinal(now.status); steps++) {
      const step = this.nextStep(now, mayStart);
      if (step === "settle") return await settleJob(now, this.#files(row.id), this.#options);
      const isDone = await this.#carryOut(step, now, mayStart);
      now = store.get(row.id) ?? now;
      if (isDone) break;
    }
    return now;
  }

  /** False for a run that is answered within its call: it is no job that anybody looks at. */
  markRunning(id: string, startedAt = Date.now()): boolean {
    const { store, log } = this.#options;
    try {
      return store.get(id)?.listed === true && store.markRunning(id, startedAt);
    } catch (error) {
      log(`job ${id} is to be marked as running later: ${error}`);
      return false;
    }
  }

  /** Fails a job that no launcher can start. False when another process holds it. */
  failUnstarted(id: string, error: string): boolean {
    const files = this.#files(id);
    if (!files.isThere) return true;
    using lock = holdLock(files.lock);
    if (!lock) return false;
    if (!files.hasStarted && !files.outcome) files.end(endedWithoutRun({ error }));
    this.#options.handOver.forget(id);
    return true;
  }

  /** Carries a step out. False when there may be another one to take at once. */
  async #carryOut(
    step: Exclude<NextStep, "settle">,
    row: JobRow,
    mayStart: boolean,
  ): Promise<boolean> {
    const files = this.#files(row.id);
    switch (step) {
      case "wait":
        return true;
      case "mark running":
        return !this.markRunning(row.id, milliseconds(files.started?.at));
      case "list":
        this.#options.store.setListed(row.id);
        files.markBackground();
        return false;
      case "stop remains":
        await this.#endIfKilled(row, files);
        return true;
      case "watch":
        this.#options.handOver.watch(row.id);
        await this.#endIfKilled(row, files);
        return true;
      case "discard":
        this.#options.discard(row.id);
        return true;
    }
    // No launcher looks at these files.
    if (row.kind === "task" || !files.isThere) return this.#failRow(row, step);
    return await this.#changeUnstarted(row, files, mayStart);
  }

  /** Ends a job that has not started, or starts it, unless another process is about to. */
  async #changeUnstarted(row: JobRow, files: JobFiles, mayStart: boolean): Promise<boolean> {
    let spec: StoredSpec | undefined;
    {
      using lock = holdLock(files.lock);
      const current = this.#options.store.get(row.id);
      if (!lock || !current) return true;
      const step = nextStep(this.#evidence(current, { mayStart, holdsLock: true }));
      if (step === "restart") spec = this.#acquire(current, files);
      else if (step === "cancel") this.#end(row.id, files, { cancelled: true });
      else if (typeof step === "object") this.#end(row.id, files, { error: FAILURES[step.fail] });
    }
    return spec !== undefined && await this.#restart(spec);
  }

  #end(id: string, files: JobFiles, end: { cancelled?: boolean; error?: string }): void {
    files.end(endedWithoutRun(end));
    this.#options.handOver.forget(id);
  }

  #failRow({ id }: JobRow, step: NextStep): boolean {
    this.#options.store.end(id, {
      status: "failed",
      result: null,
      error: FAILURES[typeof step === "object" ? step.fail : "folder gone"],
      completedAt: Date.now(),
    });
    return true;
  }

  /** Has the launcher end the job once its supervisor is dead, which it may be by now. */
  async #endIfKilled({ id }: JobRow, { folder }: JobFiles): Promise<void> {
    try {
      await this.#options.handOver.tell({ mark_failed: { id, dir: folder } });
    } catch {
      // No launcher can be had, which has been logged: the next look tries again.
    }
  }

  /** Makes a job that nobody will start one of this server's; its lock is held. */
  #acquire(row: JobRow, files: JobFiles): StoredSpec | undefined {
    const { store, owner, handOver } = this.#options;
    const { id } = row;
    const spec = files.spec!;
    if (!store.changeOwner(id, row.owner, owner.id)) return undefined;
    handOver.reserve(id);
    files.forgetLauncher();
    const details = withNote(spec.details, RESTARTED);
    files.amend({ details, listed: row.listed, owner: owner.id });
    return spec;
  }

  async #restart({ process }: StoredSpec): Promise<boolean> {
    try {
      await this.#options.handOver.give({ ...process, kind: "background" });
      return true;
    } catch (error) {
      return !this.failUnstarted(process.id, error instanceof Error ? error.message : `${error}`);
    }
  }

  #evidence(row: JobRow, asker: { mayStart: boolean; holdsLock: boolean }) {
    return gatherEvidence(row, this.#files(row.id), this.#options, asker);
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }
}

function withNote(details: StoredSpec["details"], note: string): StoredSpec["details"] {
  const notes = [details.note, note].filter((text) => typeof text === "string");
  return { ...details, note: notes.join(". ") };
}
