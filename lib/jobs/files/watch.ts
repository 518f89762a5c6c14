/** Waits for a file to change, without missing a change that comes between two waits. */
export class Watch implements Disposable {
  readonly #watcher?: Deno.FsWatcher;
  readonly #signal?: AbortSignal;
  readonly #wake = () => this.wake();
  #changed = false;
  #waiting?: () => void;

  /** @param signal When it is aborted, waits end at once. */
  constructor(path: string | undefined, signal?: AbortSignal) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#wake);
    try {
      if (path !== undefined) this.#watcher = Deno.watchFs(path, { recursive: false });
    } catch {
      return; // no such file, or no watches left: the waiter looks again when its time is up
    }
    if (this.#watcher) this.#listen(this.#watcher);
  }

  wake(): void {
    this.#changed = true;
    this.#waiting?.();
  }

  /** Waits for a change since the last wait, at most so many milliseconds. */
  async next(milliseconds: number): Promise<void> {
    if (!this.#changed && !this.#signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      const timer = setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(timer);
      this.#waiting = undefined;
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener("abort", this.#wake);
    this.#watcher?.close();
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    for await (const event of watcher) {
      if (event.kind !== "access") this.wake();
    }
  }
}
