import { UserError } from "../../../base/user_error.ts";
import type { JobRow } from "../../../jobs/model/job.ts";
import type { App } from "../../../runs/app.ts";
import { invocation } from "../../program/invocation.ts";
import { oneLine } from "../terminal/terminal_text.ts";

/** How much of an id tables show. */
export const SHORT_ID = 8;
const SHOWN = 10;

/** The job that an id or the start of one names, brought up to date. */
export async function findJob(app: App, start: string): Promise<JobRow> {
  const found = app.jobs.store.startingWith(start.toLowerCase(), SHOWN + 1);
  const exact = found.find(({ id }) => id === start);
  if (exact || found.length === 1) return (await app.jobs.get((exact ?? found[0]!).id))!;
  if (found.length === 0) {
    throw new UserError(
      `There is no job whose id starts with ${JSON.stringify(start)}. ` +
        `These are all: ${invocation()} jobs --limit 1000`,
    );
  }
  const lines = found.slice(0, SHOWN).map(({ id, label, tool, status }) =>
    `  ${id}  ${status}  ${oneLine(label ?? tool)}`
  );
  if (found.length > SHOWN) lines.push("  …");
  throw new UserError(
    `More than one job's id starts with ${JSON.stringify(start)}; give more of it:\n` +
      lines.join("\n"),
  );
}
