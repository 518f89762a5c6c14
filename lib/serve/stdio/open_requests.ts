type Id = string | number;

/** A request that stays open as long as its client listens, and is answered at the end alone. */
const LISTENS = "subscriptions/listen";

/** The requests of a client that still await their answers. */
export class OpenRequests {
  /** By id: when it came, as `performance.now()` tells it. */
  readonly #open = new Map<Id, number>();
  #progress = Promise.withResolvers<void>();

  open({ method, id }: { method: string; id: Id }, at: number): void {
    if (method !== LISTENS) this.#open.set(id, at);
  }

  /** When an open request came, as `performance.now()` tells it. */
  since(id: unknown): number | undefined {
    return this.#open.get(id as Id);
  }

  /** It was answered, or is cancelled and will not be. */
  settle(id: unknown): void {
    if (!this.#open.delete(id as Id)) return;
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }

  /** Fulfilled when none is open; with false once none was settled for so long. */
  async untilNone(patienceMs: number): Promise<boolean> {
    while (this.#open.size > 0) {
      let timer: ReturnType<typeof setTimeout>;
      const quiet = new Promise<"quiet">((resolve) => {
        timer = setTimeout(() => resolve("quiet"), patienceMs);
      });
      const first = await Promise.race([this.#progress.promise, quiet]);
      clearTimeout(timer!);
      if (first === "quiet") return false;
    }
    return true;
  }
}
