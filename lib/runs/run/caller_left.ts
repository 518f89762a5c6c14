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

/** Whether a caller that left wants the run to end: see `docs/concepts/hosts.md`. */
export function wantsStop({ reason }: AbortSignal, stopOnDisconnect: boolean): boolean {
  if (!(reason instanceof CallerLeft)) return false;
  return reason.how === "told to stop" || (reason.how === "closed its stream" && stopOnDisconnect);
}
