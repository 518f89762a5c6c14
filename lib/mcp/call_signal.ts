import type { ServerContext } from "@modelcontextprotocol/server";

/** Why a caller no longer waits for its answer; the reason of a call's aborted signal. */
export class CallerLeft extends Error {
  override name = "CallerLeft";

  /**
   * @param how `told to stop`: somebody wants the run to end. `gave up`: its time was over.
   * `closed its stream`: a 2026-07-28 client over HTTP, which cancels that way whatever its reason.
   * `is gone`: the connection ended, which says nothing about the run.
   */
  constructor(readonly how: "told to stop" | "gave up" | "closed its stream" | "is gone") {
    super(`The caller ${how}`);
  }
}

/** How a cancellation that comes from a time-out is worded. */
const SPEAKS_OF_TIME = /time[ds]?[ -]?out|deadline/i;

/**
 * A signal that is aborted when the caller of a request no longer waits for its answer, with a
 * {@linkcode CallerLeft} as its reason.
 *
 * @param closeCancels Whether a closed connection is how this client cancels.
 */
export function callSignal(
  { mcpReq, http }: ServerContext,
  closeCancels: () => boolean,
): AbortSignal {
  const controller = new AbortController();
  const left = (how: CallerLeft["how"]) => controller.abort(new CallerLeft(how));
  const closed = () => left(closeCancels() ? "closed its stream" : "is gone");
  whenAborted(mcpReq.signal, (reason) => {
    // `notifications/cancelled` aborts with the text that it brought, or without any reason.
    if (typeof reason === "string") left(SPEAKS_OF_TIME.test(reason) ? "gave up" : "told to stop");
    else if (reason instanceof DOMException) left("told to stop");
    else closed();
  });
  if (http?.req) whenAborted(http.req.signal, closed);
  return controller.signal;
}

function whenAborted(signal: AbortSignal, then: (reason: unknown) => void): void {
  if (signal.aborted) then(signal.reason);
  else signal.addEventListener("abort", () => then(signal.reason), { once: true });
}
