import type { JobFiles } from "../files/job_files.ts";

/**
 * Sends input to the supervisor of a running job, through a pipe: it comes to no disk.
 *
 * @throws Deno.errors.NotFound when its input has ended, Deno.errors.BrokenPipe when the job does so
 */
export async function sendInput(
  { input }: JobFiles,
  message: { text: string; eof: boolean },
): Promise<void> {
  using pipe = await Deno.open(input, { write: true });
  // Two senders must not mix their lines.
  await pipe.lock(true);
  // A line break first: a sender that was killed may have left half a line.
  const bytes = new TextEncoder().encode(`\n${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) at += await pipe.write(bytes.subarray(at));
}
