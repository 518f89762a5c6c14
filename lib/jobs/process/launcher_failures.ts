import { explainSystemError, systemErrorCode } from "../../base/explain_system_error.ts";
import { UserError } from "../../base/user_error.ts";

/** How many launchers that do not start are tried before giving up. */
const TRIES = 3;
/** How long only new jobs are a reason to try again after giving up. */
const REST_MS = 30_000;
/** Errors of the Python itself, not of a machine that has run out of something. */
const OF_A_PROGRAM = new Set(["ENOENT", "EACCES"]);

/** The launchers in a row that could not start: Python is being replaced just now, or broken. */
export class LauncherFailures {
  readonly #python: () => string;
  #count = 0;
  /** What the last of them said. */
  #complaint = "";
  #restUntil = 0;

  /** @param python The Python that runs launchers. */
  constructor(python: () => string) {
    this.#python = python;
  }

  /** Whether the last launcher died before it was ready, and another one is to be tried. */
  get hasAny(): boolean {
    return this.#count > 0;
  }

  /** Whether it was given up just now. */
  get isResting(): boolean {
    return performance.now() < this.#restUntil;
  }

  /** Notes one; false when it is the last one that is tried. */
  add(complaint: string): boolean {
    this.#complaint = complaint;
    if (++this.#count < TRIES) return true;
    this.#count = 0;
    this.#rest();
    return false;
  }

  /** A launcher is ready. */
  clear(): void {
    this.#count = 0;
    this.#restUntil = 0;
  }

  /** The error for whoever wants a job to run. */
  explain(cause?: unknown): UserError {
    const code = systemErrorCode(this.#complaint);
    const hasRun = this.#complaint.includes("[Errno");
    if (code !== undefined && (hasRun || !OF_A_PROGRAM.has(code))) {
      const why = explainSystemError(this.#complaint);
      return new UserError(`The job was not started: ${why}`, { cause });
    }
    const said = this.#complaint === "" ? "" : ` (it says: ${this.#complaint})`;
    return new UserError(
      `The job was not started: ${this.#python()} cannot run the launcher of jobs${said}. ` +
        "It must be a Python 3.8 or later that works; fix it, then start the job again.",
      { cause },
    );
  }

  /** The same for a launcher that could not even be called; notes that. */
  explainUncalled(cause: unknown): UserError {
    this.#complaint = cause instanceof Error ? cause.message : String(cause);
    this.#rest();
    return this.explain(cause);
  }

  #rest(): void {
    this.#restUntil = performance.now() + REST_MS;
  }
}
