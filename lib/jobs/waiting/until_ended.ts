import { isFinal, type JobRow } from "../model/job.ts";
import { Watch } from "../files/watch.ts";

/** How often the job is looked at when nothing wakes the waiter. */
const LOOK_MS = 1000;

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
  using watch = new Watch(lock, signal);
  const stopListening = onChange(() => watch.wake());
  try {
    for (let row = await get();; row = await get()) {
      const left = deadline - performance.now();
      if (!row || isFinal(row.status) || signal?.aborted || left <= 0) return row;
      await watch.next(Math.min(left, LOOK_MS));
    }
  } finally {
    stopListening();
  }
}
