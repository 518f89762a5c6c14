import { pause } from "../../../base/pause.ts";
import { isFinal, type JobRow } from "../../../jobs/model/job.ts";
import { logSize, readBytes } from "../../../jobs/files/output_log.ts";
import { Watch } from "../../../jobs/files/watch.ts";
import type { App } from "../../../runs/app.ts";

const PIECE = 64 * 1024;
/** How often to look when no file of the job changes, and at most. */
const LOOK_MS = 500;
const PAUSE_MS = 30;

export interface Follower {
  /** What was printed, as it was printed. */
  stdout?(bytes: Uint8Array): void;
  stderr?(bytes: Uint8Array): void;
  /** The job as it is now. */
  look?(row: JobRow): void;
}

/** Where to begin, in bytes. */
export interface Cursors {
  stdout: number;
  stderr: number;
}

/** Hands on what a job prints until it has ended or the signal is aborted; returns how it is then. */
export async function followJob(
  app: App,
  id: string,
  follower: Follower,
  signal: AbortSignal,
  from: Cursors = { stdout: 0, stderr: 0 },
): Promise<JobRow | undefined> {
  const files = app.jobs.files(id);
  const cursors = { ...from };
  using watch = new Watch(files ? [files.stdout, files.stderr, files.lock] : [], signal);
  const stopListening = app.jobs.onChange((changed) => changed === id && watch.wake());
  try {
    while (true) {
      // In this order: all output of a job that has ended is there.
      const row = await app.jobs.get(id);
      if (files && row) {
        cursors.stdout = handOn(files.stdout, cursors.stdout, follower.stdout);
        cursors.stderr = handOn(files.stderr, cursors.stderr, follower.stderr);
      }
      if (row) follower.look?.(row);
      if (!row || isFinal(row.status) || signal.aborted) return row;
      await watch.next(LOOK_MS);
      await pause(PAUSE_MS);
    }
  } finally {
    stopListening();
  }
}

/** Hands on what a log holds from a cursor on; returns the next cursor. */
export function handOn(path: string, from: number, write?: (bytes: Uint8Array) => void): number {
  const size = logSize(path);
  for (let at = from; write && at < size;) {
    const bytes = readBytes(path, at, Math.min(PIECE, size - at));
    if (bytes.length === 0) return at;
    write(bytes);
    at += bytes.length;
  }
  return Math.max(from, size);
}
