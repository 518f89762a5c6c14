import { isFinal, type JobRow } from "../model/job.ts";
import { Watch } from "../files/watch.ts";

/** How often the job is looked at when nothing wakes the waiter. */
const LOOK_MS = 1000;
/** After it was woken: who ends a job lets go of it a moment after having said so. */
const SOON_MS = 5;

/** A job to wait for. */
export interface Awaited {
  get(): Promise<JobRow | undefined>;
  /** Its lock file, which is written to when it ends; `undefined` for a job without a folder. */
  lock: string | undefined;
  /** Calls back when it may have changed; returns what ends that. */
  onChange(listener: () => void): () => void;
}

/** Waits until a job has ended, so many seconds have passed, or the signal is aborted. */
export async function untilEnded(
  { get, lock, onChange }: Awaited,
  seconds: number,
  signal?: AbortSignal,
): Promise<JobRow | undefined> {
  const deadline = performance.now() + seconds * 1000;
  const now = await get();
  if (!now || isFinal(now.status) || seconds <= 0) return now;
  // It watches before it looks, so that nothing happens unseen in between.
  using watch = new Watch(lock === undefined ? [] : [lock], signal);
  const stopListening = onChange(() => watch.wake());
  try {
    for (let row = await get(), pause = LOOK_MS;; row = await get()) {
      const left = deadline - performance.now();
      if (!row || isFinal(row.status) || signal?.aborted || left <= 0) return row;
      pause = await watch.next(Math.min(left, pause)) ? SOON_MS : Math.min(2 * pause, LOOK_MS);
    }
  } finally {
    stopListening();
  }
}
