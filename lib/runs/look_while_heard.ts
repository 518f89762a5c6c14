const LOOK_MS = 1000;

/** What is looked at. */
export interface Looked {
  /** Called before the first look, which comes a second later. */
  begin(): void;
  look(): void;
  /** A look has thrown; the next one comes all the same. */
  failed(error: unknown): void;
}

/** Looks at something once a second while somebody wants to hear of it. */
export class LookWhileHeard<Listener> {
  readonly listeners = new Set<Listener>();
  readonly #looked: Looked;
  #timer?: ReturnType<typeof setInterval>;

  constructor(looked: Looked) {
    this.#looked = looked;
  }

  /** Calls back from now on; returns what ends that. */
  listen(listener: Listener): () => void {
    if (this.#timer === undefined) this.#looked.begin();
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
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

  #look(): void {
    try {
      this.#looked.look();
    } catch (error) {
      this.#looked.failed(error);
    }
  }
}
