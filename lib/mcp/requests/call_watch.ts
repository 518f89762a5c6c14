import type { ServerContext } from "@modelcontextprotocol/server";
import { CallerLeft } from "../../runs/run/caller_left.ts";

/** How a cancellation that comes from a time-out is worded. */
const SPEAKS_OF_TIME = /time[ds]?[ -]?out|deadline/i;

/**
 * Watches the caller of a request: `signal` is aborted when it no longer waits for its answer, with a
 * {@linkcode CallerLeft} as the reason. Disposed of once there is an answer: what ends then is no news.
 */
export class CallWatch implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners: [AbortSignal, () => void][] = [];
  readonly #closeCancels: () => boolean;

  /**
   * @param closeCancels Whether a closed connection is how this client cancels.
   * @param over Aborted when the client's input is over.
   */
  constructor({ mcpReq, http }: ServerContext, closeCancels: () => boolean, over?: AbortSignal) {
    this.#closeCancels = closeCancels;
    this.#whenAborted(mcpReq.signal, (reason) => {
      // `notifications/cancelled` aborts with the text that it brought, or without any reason.
      if (typeof reason === "string") {
        this.#left(SPEAKS_OF_TIME.test(reason) ? "gave up" : "told to stop");
      } else if (reason instanceof DOMException) {
        this.#left("told to stop");
      } else {
        this.#closed();
      }
    });
    if (over) this.#whenAborted(over, () => this.#closed());
    if (http?.req) this.#whenAborted(http.req.signal, () => this.#closed());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) signal.removeEventListener("abort", listener);
  }

  #closed(): void {
    this.#left(this.#closeCancels() ? "closed its stream" : "is gone");
  }

  #left(how: CallerLeft["how"]): void {
    this.#controller.abort(new CallerLeft(how));
  }

  #whenAborted(signal: AbortSignal, then: (reason: unknown) => void): void {
    if (signal.aborted) return then(signal.reason);
    const listener = () => then(signal.reason);
    signal.addEventListener("abort", listener);
    this.#listeners.push([signal, listener]);
  }
}
