import { join } from "node:path";
import type { JobRow } from "../../../jobs/model/job.ts";
import { viewOf } from "../../../jobs/model/job_view.ts";
import { exitCodeOf } from "../../../runs/jobs/job_summary.ts";
import { type Cli, EXIT } from "../command/cli.ts";
import { SHORT_ID } from "./find_job.ts";
import { followJob } from "./follow_job.ts";
import { Interrupts } from "../terminal/interrupts.ts";
import { invocation } from "../../program/invocation.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import { oneLine } from "../terminal/terminal_text.ts";
import { paintFor, print, printJson, say } from "../terminal/terminal.ts";

/**
 * Shows a job that was started just now to its end, or until Ctrl-C; with `detach`, only its id.
 *
 * @param sayEnd Says what a person should know besides the output.
 */
export async function followRun(
  cli: Cli,
  id: string,
  { detach, json }: { detach?: boolean; json?: boolean },
  sayEnd: (row: JobRow, folder: string | undefined) => void = sayHowItEnded,
): Promise<void> {
  if (detach) {
    if (json) printJson({ job_id: id });
    else print(`${id}\n`);
    return;
  }
  const line = new ProgressLine();
  using interrupts = new Interrupts();
  const row = await followJob(
    cli.app,
    id,
    {
      stdout: json ? undefined : (bytes) => line.stdout(bytes),
      stderr: json ? undefined : (bytes) => line.stderr(bytes),
      look: (row) => line.look(row),
    },
    interrupts.signal,
  );
  line.endLine();
  if (interrupts.signal.aborted) {
    await leave(cli, id, interrupts);
  } else if (row) {
    if (json) printJson({ job: viewOf(row) });
    else sayEnd(row, cli.app.jobs.files(id)?.artifacts);
    cli.exitCode = exitCodeOf(row);
  }
}

function sayHowItEnded({ status, error, result }: JobRow, folder: string | undefined): void {
  const { exit_code } = (result ?? {}) as { exit_code?: number | null };
  const paint = paintFor(Deno.stderr);
  // A script's own error is the end of its stderr.
  if (status === "cancelled") say(`${paint.yellow("The job was cancelled")}\n`);
  else if (error !== null && !exit_code) say(`python-mcp: ${paint.red(oneLine(error))}\n`);
  sayWhatElse(result, folder);
}

/** The note and the artifacts of a result. */
export function sayWhatElse(result: JobRow["result"], folder: string | undefined): void {
  const { note, artifacts = [] } = (result ?? {}) as {
    note?: string;
    artifacts?: { name: string; uri: string }[];
  };
  const paint = paintFor(Deno.stderr);
  if (note) say(`${paint.dim(`note: ${oneLine(note)}`)}\n`);
  for (const { name, uri } of artifacts) {
    say(`${paint.dim(`artifact: ${oneLine(folder === undefined ? uri : join(folder, name))}`)}\n`);
  }
}

async function leave(cli: Cli, id: string, interrupts: Interrupts): Promise<void> {
  const short = id.slice(0, SHORT_ID);
  say(
    `\nThe job ${short} goes on. Press Ctrl-C again to cancel it.\n` +
      `  follow it: ${invocation()} jobs logs -f ${short}\n` +
      `  cancel it: ${invocation()} jobs cancel ${short}\n`,
  );
  cli.exitCode = interrupts.exitCode;
  if (!await interrupts.comesAgain()) return;
  say("Cancelling…\n");
  const cancelled = await cli.app.jobs.cancel(id);
  say(
    cancelled?.row.status === "cancelled"
      ? "Job cancelled\n"
      : `The job had ended before (${cancelled?.row.status})\n`,
  );
  cli.exitCode = EXIT.interrupted;
}
