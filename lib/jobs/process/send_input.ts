import { pause } from "../../base/pause.ts";
import { restoreModes } from "../files/despite_modes.ts";
import type { JobFiles } from "../files/job_files.ts";

/** A supervisor takes what is sent at once; a script may have put a pipe there that nobody reads. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/**
 * Sends input to the supervisor of a running job, through a pipe: it comes to no disk.
 *
 * @throws Deno.errors.NotFound when its input has ended, Deno.errors.BrokenPipe when the job does so,
 * Deno.errors.TimedOut when nobody takes it
 */
export async function sendInput(
  files: JobFiles,
  message: { text: string; eof: boolean },
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  using pipe = await openPipe(files, deadline);
  // Two senders must not mix their lines.
  while (!pipe.tryLockSync(true)) {
    if (performance.now() > deadline) throw new Deno.errors.TimedOut();
    await pause(LOOK_MS);
  }
  // A line break first: a sender that was killed may have left half a line.
  const bytes = new TextEncoder().encode(`\n${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) at += await before(deadline, pipe.write(bytes.subarray(at)));
}

async function openPipe(files: JobFiles, deadline: number): Promise<Deno.FsFile> {
  for (;;) {
    try {
      return await openOnce(files.input, deadline);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
      if (performance.now() > deadline) throw error;
      restoreModes(files.folder);
    }
  }
}

async function openOnce(input: string, deadline: number): Promise<Deno.FsFile> {
  // What is no pipe gets nothing: it may be a file.
  requirePipe(Deno.lstatSync(input));
  const opening = Deno.open(input, { write: true });
  try {
    const pipe = await before(deadline, opening);
    requirePipe(pipe.statSync());
    return pipe;
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) letGo(input);
    opening.then((pipe) => pipe.close(), () => {});
    throw error;
  }
}

function requirePipe({ isFifo }: Deno.FileInfo): void {
  if (!isFifo) throw new Deno.errors.NotFound();
}

/** Lets go whoever opens a pipe that has no other end, by being that for a moment. */
function letGo(path: string): void {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
  } catch {
    // it is gone, and nobody will open it
  }
}

async function before<T>(deadline: number, done: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const left = Math.max(0, deadline - performance.now());
  const timer = setTimeout(() => reject(new Deno.errors.TimedOut()), left);
  try {
    return await Promise.race([done, promise]);
  } finally {
    clearTimeout(timer);
  }
}
