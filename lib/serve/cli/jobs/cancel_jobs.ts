import { cancelJob } from "../../../runs/jobs/cancel_job.ts";
import { type Cli, EXIT } from "../command/cli.ts";
import { findJob, SHORT_ID } from "./find_job.ts";
import { print, printJson } from "../terminal/terminal.ts";

/** `jobs cancel`. All ids are looked up first: a mistyped one cancels nothing. */
export async function cancelJobs(cli: Cli, { id: starts, json }: { id: string[]; json: boolean }) {
  const rows = [];
  for (const start of starts) rows.push(await findJob(cli.app, start));
  const answers = await Promise.all(rows.map(({ id }) => cancelJob(cli.app, id)));
  if (json) printJson(answers.length === 1 ? answers[0] : answers);
  for (const { job_id, status, message } of answers) {
    if (!json) print(`${job_id.slice(0, SHORT_ID)}  ${message}\n`);
    if (status !== "cancelled") cli.exitCode = EXIT.failed;
  }
}
