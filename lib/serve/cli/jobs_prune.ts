import { UserError } from "../../base/user_error.ts";
import { isFinal } from "../../jobs/model/job.ts";
import { callToolNamed } from "./call_tool.ts";
import type { Cli } from "./cli.ts";
import { findJob } from "./find_job.ts";
import { print, printJson } from "./terminal.ts";

export interface PruneOptions {
  completed?: boolean;
  failed?: boolean;
  olderThan?: number;
  json?: boolean;
}

/** `jobs prune`. */
export async function pruneJobs({ app }: Cli, starts: string[], options: PruneOptions) {
  const { completed = false, failed = false, olderThan = 0, json } = options;
  if (starts.length === 0 && !completed && !failed) {
    throw new UserError(
      "Nothing was named: give ids, or --completed, --failed or both, with --older-than if need be.",
    );
  }
  if (starts.length > 0 && (completed || failed || options.olderThan !== undefined)) {
    throw new UserError("Give either ids or the options that select jobs, not both.");
  }
  const answer = starts.length > 0
    ? { removed: await removeNamed(app, starts), remaining: app.jobs.store.count() }
    : await callToolNamed(app, "py_prune_jobs", {
      keep_completed: !completed,
      keep_failed: !failed,
      max_age_hours: olderThan,
    });
  if (json) printJson(answer);
  else print(`${answer.removed} removed, ${answer.remaining} left\n`);
}

async function removeNamed(app: Cli["app"], starts: string[]): Promise<number> {
  const ids = new Set<string>();
  for (const start of starts) {
    const { id, status } = await findJob(app, start);
    if (!isFinal(status)) {
      throw new UserError(`Cannot remove job ${id}: it is ${status}. Cancel it first.`);
    }
    ids.add(id);
  }
  return [...ids].filter((id) => app.jobs.remove(id)).length;
}
