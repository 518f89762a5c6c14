import type { JobFiles } from "../../jobs/files/job_files.ts";
import { logSize, readTail } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";
import type { Progress } from "../../jobs/model/job.ts";

/** How often a waiting caller may hear of a job, in milliseconds. */
const LOOK_MS = 500;
/** How long a caller may hear nothing: hosts that extend their time-out on progress need a sign. */
const SIGN_OF_LIFE_MS = 3000;
const LONGEST_MESSAGE = 200;

/**
 * Tells a waiting caller how its job is doing until it is stopped: the script's own progress, the
 * bars that it prints, the step that prepares its environment, else a sign of life every few seconds.
 */
export class ProgressWatch {
  readonly #files: JobFiles;
  readonly #tell: (progress: Progress) => Promise<void>;
  readonly #began = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #last?: Progress;
  #toldAt = performance.now();
  #telling: Promise<void> = Promise.resolve();

  constructor(files: JobFiles, tell: (progress: Progress) => Promise<void>) {
    this.#files = files;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** After this nothing is told any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
  }

  #look(): void {
    try {
      this.#tellNews();
    } catch {
      // Its script has put something odd in the place of its files: there is nothing to tell.
    }
  }

  #tellNews(): void {
    const found = this.#files.progress;
    if (found && !(this.#last && isSame(found, this.#last))) {
      this.#last = found;
      this.#report(found);
    } else if (performance.now() - this.#toldAt >= SIGN_OF_LIFE_MS) {
      const { current, total } = this.#last ?? { current: 0, total: null };
      this.#report({ current, total, message: this.#signOfLife(found?.message) });
    }
  }

  #report(progress: Progress): void {
    this.#toldAt = performance.now();
    this.#telling = this.#telling
      .then(() => this.#tell(progress))
      .catch(() => {}); // the caller is gone; its call ends by itself
  }

  #signOfLife(message: string | null | undefined): string {
    const elapsed = `${Math.round((performance.now() - this.#began) / 1000)} s`;
    const said = message ?? tailOf(this.#files.stdout).trimEnd().split("\n").at(-1)!;
    const line = said.slice(0, LONGEST_MESSAGE);
    return line === "" ? `running for ${elapsed}` : `running for ${elapsed}: ${line}`;
  }
}

function isSame(one: Progress, other: Progress): boolean {
  return one.current === other.current && one.total === other.total &&
    one.message === other.message;
}

function tailOf(path: string): string {
  return logSize(path) === 0 ? "" : readableText(readTail(path, 2 * LONGEST_MESSAGE));
}
