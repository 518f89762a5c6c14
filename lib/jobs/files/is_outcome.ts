import type { Outcome } from "../model/job.ts";

/** No date is later; seconds since 1970. */
export const LAST_SECOND = 8.64e12;

/**
 * Whether what was found in `outcome.json` is one: a script may have put anything there. `is_outcome` in
 * job_folder.py asks the same; a contract test holds both to that.
 */
export function isOutcome(found: object | undefined): found is Outcome {
  const { exit_code = null, signal = null, error = null, failed_step = null, ...rest } =
    (found ?? {}) as Partial<Outcome>;
  const numbers = [exit_code ?? 0, rest.ended_at, rest.elapsed_seconds, rest.stopped];
  return numbers.every(Number.isFinite) && Math.abs(rest.ended_at!) < LAST_SECOND &&
    [signal, error, failed_step].every((text) => text === null || typeof text === "string") &&
    Array.isArray(rest.runs) && rest.runs.every((run) => typeof run === "object" && run !== null);
}

/** What an outcome says where a key is missing, as in one that a script has put there. */
const UNSAID = {
  exit_code: null,
  signal: null,
  error: null,
  failed_step: null,
  timed_out: false,
  cancelled: false,
};

/** The outcome that was found, if it is one. */
export function outcomeIn(found: object | undefined): Outcome | undefined {
  return isOutcome(found) ? { ...UNSAID, ...found } : undefined;
}
