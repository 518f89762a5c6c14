import type { JobFiles } from "../jobs/files/job_files.ts";
import { logSize, readTail } from "../jobs/files/output_log.ts";
import { readableText } from "../jobs/files/readable_text.ts";
import { tqdmProgress } from "../runs/results/tqdm_progress.ts";

/** How often a waiting caller may hear of a job, in milliseconds. */
const LOOK_MS = 500;
/** How long a caller may hear nothing: hosts that extend their time-out on progress need a sign. */
const SIGN_OF_LIFE_MS = 3000;
const LONGEST_MESSAGE = 200;
const STEP = 0.001;

/** The params of `notifications/progress`, without the token. */
export interface ProgressReport {
  progress: number;
  total?: number;
  message?: string;
}

/**
 * Tells a waiting caller how its job is doing until it is stopped: the script's own progress, `tqdm`
 * bars on stderr, the step that prepares its environment, else a sign of life every few seconds.
 * Values always increase, as the specification demands.
 */
export class ProgressReporter {
  readonly #files: JobFiles;
  readonly #send: (report: ProgressReport) => Promise<void>;
  readonly #began = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #last = 0;
  #lastTotal: number | undefined;
  #lastSeen = "";
  #lastSentAt = performance.now();
  #sending: Promise<void> = Promise.resolve();

  constructor(files: JobFiles, send: (report: ProgressReport) => Promise<void>) {
    this.#files = files;
    this.#send = send;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** After this nothing is sent any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  #look(): void {
    const found = this.#files.progress ?? tqdmProgress(tailOf(this.#files.stderr));
    const seen = JSON.stringify(found);
    if (found && seen !== this.#lastSeen) {
      this.#lastSeen = seen;
      this.#report(found.current, found.total ?? undefined, found.message ?? undefined);
    } else if (performance.now() - this.#lastSentAt >= SIGN_OF_LIFE_MS) {
      this.#report(this.#last, this.#lastTotal, this.#signOfLife(found?.message));
    }
  }

  #report(value: number, total: number | undefined, message: string | undefined): void {
    const progress = value > this.#last ? value : this.#last + STEP;
    this.#last = progress;
    this.#lastTotal = total;
    this.#lastSentAt = performance.now();
    this.#sending = this.#sending
      .then(() => this.#send({ progress, total, message }))
      .catch(() => {}); // the caller is gone; its call ends by itself
  }

  #signOfLife(message: string | null | undefined): string {
    const elapsed = `${Math.round((performance.now() - this.#began) / 1000)} s`;
    const said = message ?? tailOf(this.#files.stdout).trimEnd().split("\n").at(-1)!;
    const line = said.slice(0, LONGEST_MESSAGE);
    return line === "" ? `running for ${elapsed}` : `running for ${elapsed}: ${line}`;
  }
}

function tailOf(path: string): string {
  return logSize(path) === 0 ? "" : readableText(readTail(path, 2 * LONGEST_MESSAGE));
}
