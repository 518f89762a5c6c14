import type { BackgroundAnswer } from "../jobs/waiting/answer_within_budget.ts";
import type { JobStatus } from "../jobs/model/job.ts";
import type { JobManager } from "../jobs/job_manager.ts";
import { type JobView, viewOf } from "../jobs/model/job_view.ts";
import {
  type JobContext,
  type SmartAsyncInput,
  type SmartAsyncOptions,
  smartAsyncWith,
} from "../jobs/task/smart_async.ts";
import { App } from "./app.ts";
import { type CancelAnswer, cancelJob as cancel } from "./jobs/cancel_job.ts";
import { type PruneAnswer, pruneJobs as prune, type PruneOptions } from "./jobs/prune_jobs.ts";
import { readSettings } from "./settings.ts";

/** Where {@linkcode initializeState} keeps jobs. */
export interface StateOptions {
  /** A home: the folder that holds `meta/`. Default: `PYTHON_MCP_HOME`, else `~/.python_mcp`. */
  persistenceDir?: string;
}

let state: App | undefined;

/**
 * Chooses where jobs are kept, and returns what closes that state again: it ends the jobs that run
 * inside this process. Without a call, the first use opens the default home. How long ended jobs stay
 * is up to `PYTHON_MCP_KEEP_DAYS`, as in a server.
 *
 * @example
 * ```ts
 * import { initializeState, listJobs } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * assert.equal((await listJobs()).total, 0);
 * await state.close();
 * ```
 */
export function initializeState(options: StateOptions = {}): { close(): Promise<void> } {
  const warn = (message: string) =>
    void Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
  const settings = readSettings(Deno.env.toObject(), warn);
  const app = new App(
    { ...settings, home: options.persistenceDir ?? settings.home },
    { debug: () => {}, warn, listen: () => () => {} },
  );
  state = app;
  return {
    close: async () => {
      if (state === app) state = undefined;
      await app.close();
    },
  };
}

/** The jobs of the state; opened, and the home put in order, at the first use. */
async function jobs(): Promise<JobManager> {
  if (!state) initializeState();
  const app = state!;
  const wasLoaded = app.isLoaded;
  await app.load();
  if (!wasLoaded) app.jobs.sweep();
  return app.jobs;
}

/**
 * Gives a function of yours smart async: a call that ends within its budget returns the result; one
 * that does not becomes a job without being interrupted, and the caller gets its id at once.
 *
 * The budget in seconds is `time_budget_seconds` of the call, else the variable `timeoutEnv`, else
 * `SMART_ASYNC_TIMEOUT_SECONDS`, else `defaultTimeout`, else 20; 0 and `async_mode` mean in the
 * background at once. Jobs are visible to every python-mcp server of the same home.
 *
 * @example
 * ```ts
 * import { getJobStatus, initializeState, smartAsync } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const double = smartAsync({ timeoutEnv: "DOUBLE_TIMEOUT" }, ({ n }: { n: number }) => ({ n: 2 * n }));
 *
 * assert.deepEqual(await double({ n: 21 }), { n: 42 });
 *
 * const started = await double({ n: 4, async_mode: true });
 * assert("job_id" in started && started.status === "pending");
 * const status = await getJobStatus(started.job_id, { waitSeconds: 5 });
 * assert("job" in status);
 * assert.deepEqual(status.job.result, { n: 8 });
 * await state.close();
 * ```
 */
export function smartAsync<Input extends object, Result>(
  options: SmartAsyncOptions,
  handler: (input: Input, context: JobContext) => Result | Promise<Result>,
): (input: Input & SmartAsyncInput) => Promise<Result | BackgroundAnswer> {
  return smartAsyncWith(jobs, options, handler);
}

/**
 * A job by its id, or `{error}`; waits for its end where asked.
 *
 * @example
 * ```ts
 * import { getJobStatus, initializeState } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * assert("error" in await getJobStatus("9c0af4c2-2a74-430e-bc1d-0f419b6bd503"));
 * await state.close();
 * ```
 */
export async function getJobStatus(
  jobId: string,
  { waitSeconds = 0 }: { waitSeconds?: number } = {},
): Promise<{ job: JobView } | { error: string }> {
  const row = await (await jobs()).waitForEnd(jobId, waitSeconds);
  return row ? { job: viewOf(row) } : notFound(jobId);
}

/**
 * The jobs of the home, newest first; `total` counts all that match.
 *
 * @example
 * ```ts
 * import { initializeState, listJobs } from "@x/python-mcp";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const { jobs, total } = await listJobs({ status: "running", limit: 10 });
 * await state.close();
 * ```
 */
export async function listJobs(
  { status, limit = 50 }: { status?: JobStatus; limit?: number } = {},
): Promise<{ jobs: JobView[]; total: number }> {
  const manager = await jobs();
  const { rows, total } = await manager.list({ status, limit });
  // One that was removed meanwhile is not there any more.
  const whole = rows.map(({ id }) => manager.store.get(id)).filter((row) => row !== undefined);
  return { jobs: whole.map(viewOf), total };
}

/**
 * Stops a job of any server and answers when nothing of it runs. A job that had ended stays what it
 * was, and the message says so.
 *
 * @example
 * ```ts
 * import { cancelJob, initializeState, smartAsync } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const wait = smartAsync({}, (_: object, { signal }) =>
 *   new Promise((resolve) => signal.addEventListener("abort", resolve)));
 * const started = await wait({ async_mode: true });
 * assert("job_id" in (started as object));
 * const { job_id } = started as { job_id: string };
 * assert.deepEqual(await cancelJob(job_id), { job_id, status: "cancelled", message: "Job cancelled" });
 * await state.close();
 * ```
 */
export async function cancelJob(
  jobId: string,
): Promise<CancelAnswer | { error: string }> {
  const manager = await jobs();
  if (!await manager.get(jobId)) return notFound(jobId);
  return await cancel({ jobs: manager }, jobId);
}

/**
 * Removes ended jobs with their files; never a pending or running one. Cancelled jobs go with failed.
 *
 * @param options `maxAgeHours`: only those that ended at least so long ago; default 24, 0 = all.
 *
 * @example
 * ```ts
 * import { initializeState, pruneJobs } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const pruned = await pruneJobs({ keepCompleted: false, maxAgeHours: 0 });
 * assert.deepEqual(pruned, { removed: 0, remaining: 0 });
 * await state.close();
 * ```
 */
export async function pruneJobs(options: PruneOptions = {}): Promise<PruneAnswer> {
  return await prune({ jobs: await jobs() }, options);
}

function notFound(jobId: string): { error: string } {
  return { error: `There is no job ${JSON.stringify(jobId)}` };
}
