import type { Call, Ended, Keep } from "../../jobs/job_manager.ts";
import type { Draft } from "../../jobs/process/process_request.ts";
import {
  answerWithinBudget,
  type BackgroundAnswer,
  callerLeftAnswer,
  exceededAnswer,
  startedAnswer,
} from "../../jobs/waiting/answer_within_budget.ts";
import { type PlannedRequest, planWithinBudget } from "./plan_within_budget.ts";
import { resolveBudget } from "../../jobs/waiting/budget.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { wantsStop } from "./caller_left.ts";
import type { RunOptions } from "./run_options.ts";
import { ProgressWatch } from "./watch_progress.ts";

/** A run that was answered within its call is listed when it took so long. */
const LISTED_MS = 3000;

/** What a caller learns of its run: its end, or that it goes on. */
export type Awaited =
  | { end: Ended; files: Call["files"] }
  | { background: BackgroundAnswer };

/** Seconds that a call waits; 0 = in the background at once. */
export function budgetOf(
  { tool, background, budgetSeconds }: Pick<RunOptions, "tool" | "background" | "budgetSeconds">,
  { settings, log }: App,
): number {
  return background ? 0 : resolveBudget({
    call: budgetSeconds,
    toolEnv: `${tool.toUpperCase()}_TIMEOUT`,
    env: (name) => settings.env[name],
    warn: (message) => log.warn(message),
  });
}

/**
 * Plans a run, starts it and waits for its end within a budget. One that cannot be planned is discarded.
 *
 * @param plan what it is to be
 * @param began when the call came, as `performance.now()` tells it: what came before counts
 */
export async function startAndAwait(
  app: App,
  draft: Draft,
  plan: () => Promise<PlannedRequest>,
  { budget, began }: { budget: number; began: number },
  caller: Caller,
): Promise<Awaited> {
  const { jobs } = app;
  const left = timeLeft(app, { budget, began }, caller);
  const request = await planWithinBudget(app, draft, plan, { budget, left });
  if ("job_id" in request) return { background: request };
  if (budget === 0) {
    await jobs.start(draft, request);
    if (callerWantsStop(app, caller)) await jobs.cancel(draft.id);
    return { background: startedAnswer(draft.id) };
  }
  const running = await jobs.call(draft, request);
  return await awaitCall(app, running, { budget, began }, caller);
}

/** Seconds, at least 0. */
function timeLeft(
  { settings }: App,
  { budget, began }: { budget: number; began: number },
  { onProgress }: Caller,
): number {
  if (onProgress && settings.waitWithProgress) return Infinity;
  return Math.max(0, budget - (performance.now() - began) / 1000);
}

/** Waits for the end of a run that has been started; within a budget, as above. */
export async function awaitCall(
  app: App,
  running: Call,
  { budget, began }: { budget: number; began: number },
  caller: Caller,
): Promise<Awaited> {
  const watch = caller.onProgress && new ProgressWatch(running.files, caller.onProgress);
  try {
    const left = timeLeft(app, { budget, began }, caller);
    return await waitForAnswer(app, running, left, budget, caller, watch);
  } finally {
    await watch?.stop();
  }
}

async function waitForAnswer(
  app: App,
  running: Call,
  left: number,
  budget: number,
  caller: Caller,
  watch: ProgressWatch | undefined,
): Promise<Awaited> {
  const { jobs } = app;
  const background = await answerWithinBudget(
    left,
    running.ended,
    async () => exceededAnswer(running.id, budget, await jobs.toBackground(running)),
    caller.signal,
  );
  // Nothing may be told after the answer.
  await watch?.stop();
  if (background) return { background };
  if (!caller.signal?.aborted) {
    const end = await jobs.finishCall(running, (end) => whatStays(end, running), caller);
    const { cold } = end.outcome;
    if (cold !== undefined) app.log.debug(`run ${running.id}: ${cold ? `cold, ${cold}` : "warm"}`);
    return { end, files: running.files };
  }
  const position = await jobs.toBackground(running);
  if (callerWantsStop(app, caller)) await jobs.cancel(running.id);
  // Read only by a client that resumes a broken stream: a cancelled request is not answered.
  return { background: callerLeftAnswer(running.id, position) };
}

function callerWantsStop({ settings }: App, { signal }: Caller): boolean {
  return signal !== undefined && wantsStop(signal, settings.stopOnDisconnect);
}

/** A caller may have given up on a long call without a word, and look for its run later. */
function whatStays(end: Ended, { createdAt }: Call): Keep {
  if (end.outcome.ended_at * 1000 - createdAt >= LISTED_MS) return "job";
  return hasMore(end) ? "files" : "nothing";
}

/** Whether the answer names something that is only in the run's files. */
function hasMore({ result, error }: Ended): boolean {
  if (result === null) return error?.includes("job-output://") ?? false;
  return typeof result === "object" && ("truncated" in result || "artifacts" in result);
}
