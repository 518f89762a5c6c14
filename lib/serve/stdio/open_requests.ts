type Id = string | number;

/** A request that stays open as long as its client listens, and is answered at the end alone. */
const LISTENS = "subscriptions/listen";

/** The requests of a client that still await their answers. */
export class OpenRequests {
  readonly #open = new Map<Id, { at: number; answered: PromiseWithResolvers<boolean> }>();
  #progress = Promise.withResolvers<void>();

  /** @param at When it came, as `performance.now()` tells it. */
  open({ method, id }: { method: string; id: Id }, at: number): void {
    if (method !== LISTENS) this.#open.set(id, { at, answered: Promise.withResolvers() });
  }

  /** When an open request came, as `performance.now()` tells it. */
  since(id: unknown): number | undefined {
    return this.#open.get(id as Id)?.at;
  }

  /** Fulfilled with whether it was answered, once it is settled. */
  async isAnswered(id: Id): Promise<boolean> {
    return await this.#open.get(id)?.answered.promise ?? true;
  }

  /** It was answered, or is cancelled and will not be. */
  settle(id: unknown, isAnswered: boolean): void {
    const request = this.#open.get(id as Id);
    if (!request) return;
    this.#open.delete(id as Id);
    request.answered.resolve(isAnswered);
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
