import { pause } from "../../base/pause.ts";
import { UserError } from "../../base/user_error.ts";
import type { JobRow, Outcome } from "../model/job.ts";
import type { StoredSpec } from "../files/job_record.ts";
import type { ToldCell } from "../files/messages.ts";
import type { JobStore } from "../store/job_store.ts";
import { type Answered, AnsweredRuns } from "./answered_runs.ts";
import type { Call } from "./call.ts";
import type { Describe } from "./describe.ts";
import type { Draft } from "./process_request.ts";
import type { Recovery } from "./recovery.ts";
import type { Runner } from "./runner.ts";

const LOOK_MS = 20;
/** How long the files of a run that was answered within its call stay, when they are kept. */
const KEEP_CALL_MS = 24 * 3600 * 1000;

/** How a run ended, and what its caller is told. */
export interface Ended {
  outcome: Outcome;
  result: unknown;
  error: string | null;
}

/** What stays of a run that is answered, for a day: a listed job, its files, or nothing. */
export type Keep = "job" | "files" | "nothing";

export interface CallsOptions {
  store: JobStore;
  recovery: Recovery;
  /** What runs a job. */
  runnerOf: (id: string) => Runner;
  describe: Describe;
  /** A run was answered; it is to be removed. */
  answered: (call: Call) => void;
  /** Removes runs that are not to be kept. */
  discard: (ids: string[]) => void;
  /** A run that was answered is listed now. */
  changed: (id: string) => void;
  log: (message: string) => void;
}

/** Runs whose caller waits: no listed jobs unless they outlive their call, which settles them itself. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #answers = new Map<string, (cell?: ToldCell) => void>();
  readonly #answered: AnsweredRuns;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#answered = new AnsweredRuns({
      ...options,
      isBusy: () => this.#answers.size > 0,
      list: (call) => this.#keep(call, "job"),
    });
  }

  /** Whether its caller waits for it, or has been answered just now. */
  has(id: string): boolean {
    return this.#answers.has(id) || this.#answered.has(id);
  }

  async start(
    draft: Draft,
    start: () => Promise<StoredSpec | void>,
  ): Promise<Call> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { id, createdAt, files } = draft;
    const call: Call = { id, createdAt, files, ended: promise };
    this.#answers.set(id, (cell) => {
      call.told = cell;
      resolve();
    });
    try {
      call.spec = await start() ?? undefined;
    } catch (error) {
      this.#answers.delete(id);
      throw error;
    }
    return call;
  }

  /**
   * The end of a run. Its files go once the caller has its answer, unless `keep` says that they are needed,
   * or that it is listed. It is listed as well when the caller leaves before.
   */
  async finish(call: Call, keep: (end: Ended) => Keep, caller: Answered = {}): Promise<Ended> {
    try {
      const { files, spec, told: cell } = call;
      const outcome = cell?.outcome ?? await this.#outcomeOf(call);
      const end = { outcome, ...await this.#options.describe(files, outcome, { cell, spec }) };
      const kept = keep(end);
      if (kept === "nothing" || !await this.#keep(call, kept)) this.#answered.add(call, caller);
      return end;
    } finally {
      this.#answers.delete(call.id);
    }
  }

  /** False where that is impossible just now, as on a full disk: the answer does not depend on it. */
  async #keep({ id, files }: Call, kept: Keep): Promise<boolean> {
    const { store, recovery, log } = this.#options;
    try {
      // In this order: one that ends here, ended and unlisted, must not stay for ever.
      const expires_at = Date.now() + KEEP_CALL_MS;
      const listed = kept === "job";
      store.setAnswered(id, expires_at, listed);
      files.amend({ expires_at, ...(listed && { listed, answered: true }) });
      await recovery.advance(store.get(id)!, false);
      if (listed) this.#options.changed(id);
      return true;
    } catch (error) {
      log(`run ${id} is answered and not kept: ${error}`);
      return false;
    }
  }

  /** Makes a run a listed job; returns its place in the queue, 0 when it runs. */
  async toBackground({ id, files }: Pick<Call, "id"> & Partial<Call>): Promise<number> {
    const { store } = this.#options;
    const runner = this.#options.runnerOf(id);
    this.#answers.delete(id);
    store.setListed(id);
    await runner.moveToBackground(id);
    // The news that it has started may be on its way.
    if (!runner.isQueued(id) || files?.hasStarted) return 0;
    return Math.max(1, store.countWaiting(store.get(id)!.seq));
  }

  /** The run may have ended. */
  answer(id: string, cell?: ToldCell): void {
    this.#answers.get(id)?.(cell);
  }

  /** Whether the run goes on: a launcher that died cannot say that it has ended. */
  check(row: JobRow): boolean {
    const step = this.#options.recovery.nextStep(row, false);
    const goesOn = step === "wait" || step === "mark running";
    if (!goesOn) this.answer(row.id);
    return goesOn;
  }

  /** Nobody waits any more. */
  async close(): Promise<void> {
    await this.#answered.close();
    for (const id of [...this.#answers.keys()]) await this.toBackground({ id });
  }

  async #outcomeOf({ id, files }: Call): Promise<Outcome> {
    while (true) {
      const outcome = files.outcome;
      if (outcome) return outcome;
      // Its supervisor was killed: it is marked as failed, and gets an outcome.
      const row = this.#options.store.get(id);
      if (!row || !files.isThere) {
        throw new UserError(
          `The run's folder ${files.folder} was removed while it ran, its output with it. ` +
            "Run it again; a script must leave the folder above PYTHON_MCP_ARTIFACTS alone.",
        );
      }
      await this.#options.recovery.advance(row, false);
      await pause(LOOK_MS);
    }
  }
}
