import { UserError } from "../../../base/user_error.ts";
import { isFinal, type JobRow } from "../../../jobs/model/job.ts";
import type { App } from "../../../runs/app.ts";
import { invocation } from "../../program/invocation.ts";
import { say } from "../terminal/terminal.ts";
import { oneLine } from "../terminal/terminal_text.ts";

/** How much of an id tables show. */
export const SHORT_ID = 8;
const SHOWN = 10;

/** Brings jobs on a cluster up to date, for commands that show them once: no server may live that does. */
export async function catchUp(app: App): Promise<void> {
  const problem = await app.jobs.catchUp();
  if (problem) say(`note: ${problem}: what is shown of its jobs may be old\n`);
}

/** The same as {@linkcode findJob}, with what its cluster has of the job now. */
export async function findCurrentJob(app: App, start: string): Promise<JobRow> {
  const row = await findJob(app, start);
  if (row.kind !== "ray" || isFinal(row.status)) return row;
  await catchUp(app);
  return (await app.jobs.get(row.id))!;
}

/** The job that an id or the start of one names, brought up to date. */
export async function findJob(app: App, start: string): Promise<JobRow> {
  const found = app.jobs.store.startingWith(start.toLowerCase(), SHOWN + 1);
  const exact = found.find(({ id }) => id === start);
  if (exact || found.length === 1) return (await app.jobs.get((exact ?? found[0]!).id))!;
  if (found.length === 0) {
    throw new UserError(
      `There is no job whose id starts with ${JSON.stringify(start)}. ` +
        `List them with: ${invocation()} jobs --limit 1000`,
    );
  }
  const lines = found.slice(0, SHOWN).map(({ id, label, tool, status }) =>
    `  ${id}  ${status}  ${oneLine(label ?? tool)}`
  );
  if (found.length > SHOWN) lines.push("  …");
  throw new UserError(
    `More than one job id starts with ${JSON.stringify(start)}; give more of it:\n` +
      lines.join("\n"),
  );
}
