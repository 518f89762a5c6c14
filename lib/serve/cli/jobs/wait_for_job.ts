import { isFinal } from "../../../jobs/model/job.ts";
import { viewOf } from "../../../jobs/model/job_view.ts";
import { type Cli, EXIT } from "../command/cli.ts";
import { findJob } from "./find_job.ts";
import { Interrupts } from "../terminal/interrupts.ts";
import { exitCodeOf } from "../../../runs/jobs/job_summary.ts";
import { paintStatus } from "./list_jobs.ts";
import { oneLine } from "../terminal/terminal_text.ts";
import { print, printJson, say } from "../terminal/terminal.ts";

const WITHOUT_END_SECONDS = 365 * 86400;

/** `jobs wait`. */
export async function waitForJob(
  cli: Cli,
  { id: start, timeout = WITHOUT_END_SECONDS, json }: {
    id: string;
    timeout?: number;
    json: boolean;
  },
): Promise<void> {
  const { id } = await findJob(cli.app, start);
  using interrupts = new Interrupts();
  const row = (await cli.app.jobs.waitForEnd(id, timeout, interrupts.signal))!;
  if (json) printJson({ job: viewOf(row) });
  else print(`${paintStatus(row.status, row.status)}\n`);
  if (isFinal(row.status)) {
    if (row.error !== null) say(`${oneLine(row.error)}\n`);
    cli.exitCode = exitCodeOf(row);
  } else {
    cli.exitCode = interrupts.signal.aborted ? interrupts.exitCode : EXIT.timedOut;
  }
}
