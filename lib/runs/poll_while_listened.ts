const POLL_MS = 1000;

export interface PollOptions {
  /** Called before the first poll, which comes a second later. */
  begin(): void;
  poll(): void;
  /** A poll has thrown; the next one comes all the same. */
  failed(error: unknown): void;
}

/** Polls once a second while there are listeners. */
export class PollWhileListened<Listener> {
  readonly listeners = new Set<Listener>();
  readonly #options: PollOptions;
  #timer?: ReturnType<typeof setInterval>;

  constructor(options: PollOptions) {
    this.#options = options;
  }

  /** Calls back from now on; returns what ends that. */
  listen(listener: Listener): () => void {
    if (this.#timer === undefined) this.#options.begin();
    this.#timer ??= setInterval(() => this.#poll(), POLL_MS);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    try {
      this.#options.poll();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}
