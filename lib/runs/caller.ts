import type { Progress } from "../jobs/model/job.ts";

/** What a use case knows of whoever waits for its answer. */
export interface Caller {
  /** Aborted when the caller no longer waits; the reason may be a `CallerLeft`. */
  signal?: AbortSignal;
  /** When the call came, as `performance.now()` tells it; now by default. Its budget counts from there. */
  arrivedAt?: number;
  /** Fulfilled when the answer was sent; with false when it never will be. By default it soon is. */
  answered?: Promise<boolean>;
  /** Told how the run is doing while the caller waits, at least every 3 seconds. */
  onProgress?: (progress: Progress) => Promise<void>;
}
