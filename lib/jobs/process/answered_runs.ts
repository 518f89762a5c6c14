import type { Call } from "./call.ts";

/** After so long what is answered is removed, unless a call is waited for: the next one may come any moment. */
const CALM_MS = 20;
/** After which it is removed in any case, and how many at once are enough. */
const LATEST_MS = 250;
const MOST = 100;
/** In which an answer is out of which nobody says so. */
const ANSWER_MS = 20;

/** Whoever is answered. */
export interface Answered {
  /** Aborted when the caller no longer waits. */
  signal?: AbortSignal;
  /** Fulfilled when the answer was sent; with false when it never will be. By default it soon is. */
  answered?: Promise<boolean>;
}

export interface AnsweredRunsOptions {
  /** Whether the end of a run is waited for. */
  isBusy: () => boolean;
  /** Makes a run a listed job; false where that is impossible just now. */
  list: (call: Call) => Promise<boolean>;
  /** The answer of a run was sent, which is to be removed. */
  answered: (call: Call) => void;
  /** Removes runs that are not to be kept. */
  discard: (ids: string[]) => void;
}

/**
 * Runs that are answered and of no more use. Each stays as it is until its answer was sent: a server that
 * is killed before leaves a run that nobody was told the end of, which becomes a job.
 */
export class AnsweredRuns {
  readonly #options: AnsweredRunsOptions;
  /** Their answers are still to be sent. */
  readonly #unanswered = new Map<string, Call>();
  /** To be removed. */
  readonly #done = new Set<string>();
  #since = 0;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(options: AnsweredRunsOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#unanswered.has(id) || this.#done.has(id);
  }

  add(call: Call, { signal, answered = rest(ANSWER_MS) }: Answered): void {
    this.#unanswered.set(call.id, call);
    void answered.catch(() => false).then(async (isSent) => {
      // It was listed when the server ended.
      if (!this.#unanswered.delete(call.id)) return;
      this.#done.add(call.id);
      if ((!isSent || signal?.aborted) && await this.#options.list(call)) {
        this.#done.delete(call.id);
        return;
      }
      this.#options.answered(call);
      this.#removeSoon();
    });
  }

  /** Removes what is answered, and lists what is not. */
  async close(): Promise<void> {
    for (const call of [...this.#unanswered.values()]) {
      this.#unanswered.delete(call.id);
      if (!await this.#options.list(call)) this.#done.add(call.id);
    }
    this.#remove();
  }

  #removeSoon(): void {
    if (this.#done.size >= MOST) return this.#remove();
    if (this.#timer !== undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#removeWhenCalm(), CALM_MS);
  }

  #removeWhenCalm(): void {
    const left = LATEST_MS - (performance.now() - this.#since);
    if (this.#options.isBusy() && left > 0) {
      // Not looked at again and again: each time takes the processor from what is waited for.
      this.#timer = setTimeout(() => this.#removeWhenCalm(), left);
    } else {
      this.#remove();
    }
  }

  #remove(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#done.size > 0) this.#options.discard([...this.#done]);
    this.#done.clear();
  }
}

function rest(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(true), milliseconds));
}
