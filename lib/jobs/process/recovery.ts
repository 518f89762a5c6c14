import { holdLock } from "../files/file_lock.ts";
import type { HandOver } from "./hand_over.ts";
import { type Home, jobFolder } from "../files/home.ts";
import { endedWithoutRun, type JobEnd, type JobRow, type Outcome, statusOf } from "../model/job.ts";
import { JobFiles, type StoredSpec } from "../files/job_files.ts";
import type { JobStore } from "../store/job_store.ts";
import type { Owner } from "../files/owner.ts";

export interface RecoveryOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  handOver: HandOver;
  /** Makes the result of a run out of its files. */
  describe: (files: JobFiles, outcome: Outcome) => Promise<Pick<JobEnd, "result" | "error">>;
  discard: (id: string) => void;
  log: (message: string) => void;
}

const VALUES_ARE_GONE = "The job had not started when those that were to start it were killed. " +
  "It was given environment values or standard input, which are kept nowhere: start it again";
const NOT_HANDED_OVER = "The server that was to start this job ended before it could";
const FOLDER_IS_GONE = "The job's folder was removed, or the job's server ended before it was made";
const STARTED_AGAIN = "Started again by a later server, with that server's environment";

/** Finds out what became of jobs, whoever ran them, and goes on where somebody was killed. */
export class Recovery {
  readonly #options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /**
   * Brings the row up to date with what the job's files and locks say, and returns it. A job that
   * nobody holds is settled: from its outcome, or as failed when its supervisor was killed; one that
   * was never started is started now, or failed where its environment values are gone.
   */
  async look(row: JobRow): Promise<JobRow> {
    const files = this.#files(row.id);
    if (!await this.#settle(row, files)) {
      if (files.held) {
        if (files.hasStarted) {
          if (row.status === "pending") this.markRunning(row.id, milliseconds(files.started?.at));
          await this.#watch(row, files);
        }
      } else if (files.hasStarted) {
        // It may have ended since its outcome was looked for.
        if (!await this.#settle(row, files)) await this.#markFailed(row, files);
      } else if (!this.#isOnItsWay(row, files)) {
        await this.#restart(row, files);
      }
    }
    return this.#options.store.get(row.id) ?? row;
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

  /** Writes the outcome of a job that will not be started. False when another process holds it. */
  endUnstarted(id: string, end: { cancelled?: boolean; error?: string }): boolean {
    const files = this.#files(id);
    if (!files.isThere) return true;
    using lock = holdLock(files.lock);
    if (!lock) return false;
    if (files.hasStarted) return false;
    if (files.outcome === undefined) files.end(endedWithoutRun(end));
    this.#options.handOver.forget(id);
    return true;
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }

  /** Ends the row as the outcome says; false when there is none yet. */
  async #settle(row: JobRow, files: JobFiles): Promise<boolean> {
    const outcome = files.outcome;
    if (!outcome) return false;
    const { describe, store } = this.#options;
    const described = await describe(files, outcome);
    store.end(row.id, {
      status: statusOf(outcome),
      ...described,
      startedAt: milliseconds(outcome.started_at),
      completedAt: milliseconds(outcome.ended_at)!,
      progress: files.progress,
    });
    return true;
  }

  /** Whether a server or a launcher that lives has the job and will start it. */
  #isOnItsWay(row: JobRow, files: JobFiles): boolean {
    const { owner, handOver } = this.#options;
    if (handOver.has(row.id)) return true;
    if (row.owner !== owner.id && owner.lives(row.owner)) return true;
    const launcher = files.acceptedBy;
    // What this server's own launcher has is known here.
    return launcher !== undefined && !handOver.isCurrent(launcher) && owner.lives(launcher);
  }

  async #markFailed({ id }: JobRow, { folder }: JobFiles): Promise<void> {
    try {
      await this.#options.handOver.tell({ mark_failed: { id, dir: folder } });
    } catch {
      // No launcher can be had, which has been logged: the next look tries again.
    }
  }

  /** Lets another launcher keep the output of a running job whose own is dead, should it die too. */
  async #watch(row: JobRow, files: JobFiles): Promise<void> {
    const { owner, handOver } = this.#options;
    const launcher = files.acceptedBy;
    if (launcher === undefined || handOver.isCurrent(launcher) || handOver.watches(row.id)) return;
    if (owner.lives(launcher) || (row.owner !== owner.id && owner.lives(row.owner))) return;
    handOver.watch(row.id);
    await this.#markFailed(row, files);
  }

  async #restart(row: JobRow, files: JobFiles): Promise<void> {
    const spec = files.spec;
    if (!spec) return this.#endDraft(row, files);
    if (this.#claim(row, files, spec)) {
      try {
        return await this.#options.handOver.give({ ...spec.process, kind: "background" });
      } catch (error) {
        this.endUnstarted(row.id, { error: error instanceof Error ? error.message : `${error}` });
      }
    }
    await this.#settle(row, files);
  }

  /** A job of which nobody has said yet what it is to run: nothing was promised or started. */
  async #endDraft(row: JobRow, files: JobFiles): Promise<void> {
    if (!row.listed) return this.#options.discard(row.id);
    if (files.isThere) {
      if (this.endUnstarted(row.id, { error: NOT_HANDED_OVER })) await this.#settle(row, files);
      return;
    }
    this.#options.store.end(row.id, {
      status: "failed",
      result: null,
      error: FOLDER_IS_GONE,
      completedAt: Date.now(),
    });
  }

  /** Makes a job that nobody will start one of this server; false when it is not to be started. */
  #claim({ id, owner: former }: JobRow, files: JobFiles, spec: StoredSpec): boolean {
    const { store, owner, handOver } = this.#options;
    using lock = holdLock(files.lock);
    const row = store.get(id);
    // Somebody else has it, or has just had it.
    if (!lock || !row || files.hasStarted || files.outcome || this.#isOnItsWay(row, files)) {
      return false;
    }
    const listed = row.listed || former !== owner.id;
    if (!row.listed && listed) store.setListed(id);
    if (files.cancelAsked || spec.has_secrets) {
      files.end(
        endedWithoutRun(files.cancelAsked ? { cancelled: true } : { error: VALUES_ARE_GONE }),
      );
      return false;
    }
    if (!store.changeOwner(id, former, owner.id)) return false;
    handOver.reserve(id);
    files.forgetLauncher();
    files.amend({ details: withNote(spec.details, STARTED_AGAIN), listed, owner: owner.id });
    return true;
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function withNote(details: StoredSpec["details"], note: string): StoredSpec["details"] {
  const notes = [details.note, note].filter((text) => typeof text === "string");
  return { ...details, note: notes.join(". ") };
}
