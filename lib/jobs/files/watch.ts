import { lookAt } from "../../base/private_files.ts";

/** How often the files are looked at: first, and after a while of waiting. */
const FIRST_MS = 10;
const LAST_MS = 40;

/**
 * Waits for files to change, without missing a change that comes between two waits. It only ever looks at
 * them: what the system offers for this opens them, and a script may have put a named pipe in their place.
 */
export class Watch implements Disposable {
  readonly #paths: readonly string[];
  readonly #signal?: AbortSignal;
  readonly #wake = () => this.wake();
  #seen: string;
  #changed = false;
  #waiting?: () => void;

  /** @param signal When it is aborted, waits end at once. */
  constructor(paths: readonly string[], signal?: AbortSignal) {
    this.#paths = paths;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#wake);
    this.#seen = this.#look();
  }

  wake(): void {
    this.#changed = true;
    this.#waiting?.();
  }

  /** Waits for a change since the last wait, at most so many milliseconds; says whether there was one. */
  async next(milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    for (let pause = FIRST_MS; !this.#hasChanged() && !this.#signal?.aborted; pause *= 1.2) {
      const left = until - performance.now();
      if (left <= 0) break;
      await this.#rest(Math.min(left, this.#paths.length === 0 ? left : Math.min(pause, LAST_MS)));
    }
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener("abort", this.#wake);
  }

  async #rest(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = resolve;
    const timer = setTimeout(resolve, milliseconds);
    await promise;
    clearTimeout(timer);
    this.#waiting = undefined;
  }

  #hasChanged(): boolean {
    const now = this.#look();
    if (now !== this.#seen) this.#changed = true;
    this.#seen = now;
    return this.#changed;
  }

  #look(): string {
    return this.#paths.map(stamp).join(" ");
  }
}

function stamp(path: string): string {
  const info = lookAt(path);
  // Where nothing is, or nobody may look, the waiter looks again when its time is up.
  return info ? `${info.ino}:${info.size}:${info.mtime?.getTime()}` : "";
}
