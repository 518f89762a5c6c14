import { UserError } from "../../../base/user_error.ts";
import { pruneJobs, removeJobs } from "../../../runs/jobs/prune_jobs.ts";
import type { Cli } from "../command/cli.ts";
import { findJob } from "./find_job.ts";
import { print, printJson } from "../terminal/terminal.ts";

export interface PruneChoice {
  /** Starts of ids. */
  id: string[];
  completed: boolean;
  failed: boolean;
  olderThan?: number;
  json: boolean;
}

/** `jobs prune`. */
export async function pruneJobsOf({ app }: Cli, choice: PruneChoice) {
  const { id: starts, completed, failed, olderThan, json } = choice;
  if (starts.length === 0 && !completed && !failed) {
    throw new UserError(
      "Name what to remove: ids, or --completed, --failed or both, with --older-than to keep the newest.",
    );
  }
  if (starts.length > 0 && (completed || failed || olderThan !== undefined)) {
    throw new UserError("Give either ids or the options that select jobs, not both.");
  }
  const answer = starts.length > 0
    ? await removeJobs(app, await findIds(app, starts))
    : await pruneJobs(app, {
      keepCompleted: !completed,
      keepFailed: !failed,
      maxAgeHours: olderThan ?? 0,
    });
  if (json) printJson(answer);
  else print(`${answer.removed} removed, ${answer.remaining} left\n`);
}

async function findIds(app: Cli["app"], starts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const start of starts) ids.push((await findJob(app, start)).id);
  return ids;
}
