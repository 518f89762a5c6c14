import { pause } from "../../base/pause.ts";
import { UserError } from "../../base/user_error.ts";
import { isFinal } from "../../jobs/model/job.ts";
import type { App } from "../app.ts";
import { unknownJob } from "./unknown_job.ts";

const MOST_BYTES = 1 << 20;
/** How long a job that has just been started is waited for. */
const START_MS = 5000;
const LOOK_MS = 20;

/**
 * Sends text to the standard input of a running job of any server; it is written to no file.
 *
 * @param eof the input ends after it
 * @throws UserError when the job takes no input, or none any more
 */
export async function sendInput(
  { jobs }: Pick<App, "jobs">,
  id: string,
  text: string,
  eof: boolean,
): Promise<{ job_id: string; sent_bytes: number }> {
  const sent_bytes = new TextEncoder().encode(text).length;
  const refused = (why: string) => new UserError(`Cannot send input to job ${id}: ${why}`);
  if (sent_bytes > MOST_BYTES) {
    throw refused(
      `the text has ${sent_bytes} bytes, and a call may send 1 MiB. Send it in parts.`,
    );
  }
  const row = await jobs.get(id);
  const files = jobs.files(id);
  if (!row || !files) throw unknownJob(id);
  if (isFinal(row.status)) throw refused(`it has ended (${row.status}).`);
  const spec = files.shownSpec;
  if (spec && !spec.process.run.stdin_open) {
    throw refused("its standard input was not kept open. Start it with stdin_open: true.");
  }
  const until = performance.now() + START_MS;
  while (!files.takesInput && performance.now() < until) {
    await pause(LOOK_MS);
  }
  if (!files.takesInput) {
    if (spec?.process.session && files.hasStarted) {
      throw refused("its cell does not wait in input(). Send it once it does.");
    }
    throw refused(
      files.hasStarted
        ? "its standard input has ended, or its script has not started yet."
        : "it has not started yet. Send it once the job runs.",
    );
  }
  try {
    await jobs.sendInput(id, { text, eof });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.BrokenPipe) {
      throw refused("its standard input has ended.");
    }
    if (error instanceof Deno.errors.TimedOut) {
      throw refused("nothing reads it. Send it again later.");
    }
    throw error;
  }
  return { job_id: id, sent_bytes };
}
