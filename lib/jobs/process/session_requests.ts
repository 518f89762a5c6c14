import type { Order, SessionAnswer, SessionRequest, SessionSpec } from "../files/messages.ts";

/** What was asked of sessions through the launcher, and has not been answered. */
export class SessionRequests {
  readonly #tell: (order: Order) => Promise<void>;
  readonly #asked = new Map<string, (answer: SessionAnswer | null) => void>();

  /** @param tell Gives an order to the launcher. */
  constructor(tell: (order: Order) => Promise<void>) {
    this.#tell = tell;
  }

  /** Starts a session; `null` where the launcher died meanwhile. */
  start(spec: SessionSpec): Promise<SessionAnswer | null> {
    return this.#askWith(spec.id, { session: spec });
  }

  /** Asks a session's supervisor; `null` where it is gone. */
  ask(session: string, request: SessionRequest): Promise<SessionAnswer | null> {
    const id = crypto.randomUUID();
    return this.#askWith(id, { ask: { id, session, request } });
  }

  answer(id: string, answer: SessionAnswer | null): void {
    this.#asked.get(id)?.(answer);
  }

  /** The launcher is dead, which nobody answers through any more. */
  answerAll(): void {
    for (const answer of this.#asked.values()) answer(null);
  }

  async #askWith(id: string, order: Order): Promise<SessionAnswer | null> {
    const { promise, resolve } = Promise.withResolvers<SessionAnswer | null>();
    this.#asked.set(id, resolve);
    try {
      await this.#tell(order);
      return await promise;
    } finally {
      this.#asked.delete(id);
    }
  }
}
