import { AsyncLocalStorage } from "node:async_hooks";
import {
  answerWithinBudget,
  type BackgroundAnswer,
  exceededAnswer,
  startedAnswer,
} from "../waiting/answer_within_budget.ts";
import { resolveBudget } from "../waiting/budget.ts";
import type { Task, TaskRunner } from "./task_runner.ts";

/** Reports progress of a job: how much of how much, and in words. */
export type ProgressCallback = (
  current: number,
  total?: number | null,
  message?: string | null,
) => void;

/** What a handler of {@linkcode smartAsync} gets besides its input. */
export interface JobContext {
  /** Aborted when somebody cancels the job. */
  signal: AbortSignal;
  jobId: string;
  progress: ProgressCallback;
}

/** The parameters that every smart async function understands, besides its own. */
export interface SmartAsyncInput {
  /** Start in the background at once. */
  async_mode?: boolean;
  /** What the job is called in lists. */
  job_label?: string | null;
  /** Seconds to wait for the result; 0 = background at once. */
  time_budget_seconds?: number;
}

export interface SmartAsyncOptions {
  /** An environment variable that sets the budget in seconds, e.g. `MY_TOOL_TIMEOUT`. */
  timeoutEnv?: string;
  /** The budget in seconds where nothing else says more. Default 20. */
  defaultTimeout?: number;
  /** The name of the function in lists. Default: the handler's. */
  name?: string;
}

const context = new AsyncLocalStorage<JobContext>();

/**
 * The id of the job whose handler is running here, also after `await`; `undefined` outside of one.
 *
 * @example
 * ```ts
 * import { currentJobId, initializeState, smartAsync } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const whoAmI = smartAsync({}, (_: object, { jobId }) => jobId === currentJobId());
 * assert.equal(await whoAmI({}), true);
 * assert.equal(currentJobId(), undefined);
 * await state.close();
 * ```
 */
export function currentJobId(): string | undefined {
  return context.getStore()?.jobId;
}

/**
 * Returns what reports the progress of the job whose handler calls it: `progress(current, total?,
 * message?)`. Other processes see the newest value within half a second; outside a job it does nothing.
 *
 * @example
 * ```ts
 * import { createProgressCallback, getJobStatus, initializeState, smartAsync } from "@x/python-mcp";
 * import assert from "node:assert/strict";
 *
 * const state = initializeState({ persistenceDir: await Deno.makeTempDir() });
 * const count = smartAsync({}, ({ to }: { to: number }) => {
 *   const progress = createProgressCallback();
 *   for (let n = 1; n <= to; n++) progress(n, to, `counted ${n}`);
 * });
 * const started = await count({ to: 3, async_mode: true });
 * const status = await getJobStatus(started!.job_id, { waitSeconds: 5 });
 * assert("job" in status);
 * assert.deepEqual(status.job.progress, { current: 3, total: 3, message: "counted 3" });
 * await state.close();
 * ```
 */
export function createProgressCallback(): ProgressCallback {
  return context.getStore()?.progress ?? (() => {});
}

/** What keeps the tasks of this process. */
export interface TaskHost {
  tasks: TaskRunner;
  log(message: string): void;
}

/** See the library surface in `lib/runs/library.ts`, which gives this its host. */
export function smartAsyncWith<Input extends object, Result>(
  host: () => TaskHost | Promise<TaskHost>,
  options: SmartAsyncOptions,
  handler: (input: Input, context: JobContext) => Result | Promise<Result>,
): (input: Input & SmartAsyncInput) => Promise<Result | BackgroundAnswer> {
  return async (input) => {
    const { tasks, log } = await host();
    const budget = resolveBudget({
      call: input.time_budget_seconds,
      toolEnv: options.timeoutEnv,
      fallback: options.defaultTimeout,
      env: (name) => Deno.env.get(name),
      warn: log,
    });
    const tool = options.name ?? (handler.name || "task");
    const start = Promise.withResolvers<void>();
    const task = createTask(
      tool,
      input.job_label ?? null,
      start.promise,
      (own) => context.run(own, () => handler(input, own)),
      (task) => tasks.publishProgress(task),
    );
    const inBackground = input.async_mode === true || budget === 0;
    if (inBackground) {
      tasks.register(task);
      setTimeout(() => {
        if (tasks.markRunning(task.id, Date.now())) start.resolve();
      });
      return startedAnswer(task.id);
    }
    start.resolve();
    return await answerWithinBudget(budget, task.result as Promise<Result>, () => {
      tasks.register(task);
      tasks.markRunning(task.id, task.createdAt);
      return Promise.resolve(exceededAnswer(task.id, budget, 0));
    }) as Result | BackgroundAnswer;
  };
}

function createTask(
  tool: string,
  label: string | null,
  start: Promise<void>,
  run: (context: JobContext) => unknown,
  publish: (task: Task) => void,
): Task {
  const controller = new AbortController();
  const id = crypto.randomUUID();
  const task: Task = {
    id,
    tool,
    label,
    createdAt: Date.now(),
    controller,
    progress: null,
    result: start.then(() => run({ signal: controller.signal, jobId: id, progress })),
  };
  function progress(current: number, total?: number | null, message?: string | null): void {
    task.progress = { current, total: total ?? null, message: message ?? null };
    publish(task);
  }
  return task;
}
