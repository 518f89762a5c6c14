/** What a caller is told when its job goes on without it. */
export interface BackgroundAnswer {
  job_id: string;
  status: "pending" | "running";
  message: string;
  /** What it waits for, where that is not its turn alone. */
  note?: string;
}

/** The longest time that a timer can wait; 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for a result until the budget is over; then the work goes on undisturbed and the answer is
 * what `exceeded` says. An aborted `signal` ends the wait early, with `undefined`.
 *
 * @param seconds The budget.
 */
export async function answerWithinBudget<T>(
  seconds: number,
  result: Promise<T>,
  exceeded: () => Promise<BackgroundAnswer>,
  signal?: AbortSignal,
): Promise<T | BackgroundAnswer | undefined> {
  const over = Symbol();
  const gone = Symbol();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeIsUp = new Promise<typeof over>((resolve) => {
    timer = setTimeout(() => resolve(over), Math.min(seconds * 1000, LONGEST_TIMER_MS));
  });
  const { promise: callerLeft, resolve: leave } = Promise.withResolvers<typeof gone>();
  const onAbort = () => leave(gone);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  try {
    const first = await Promise.race([result, timeIsUp, callerLeft]);
    if (first === gone) return undefined;
    return first === over ? await exceeded() : first as T;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

export function exceededAnswer(jobId: string, seconds: number, position: number): BackgroundAnswer {
  const budget = `Task exceeded ${seconds.toFixed(1)}s time budget`;
  return position > 0
    ? {
      job_id: jobId,
      status: "pending",
      message: `${budget}; queued in background (position ${position})`,
    }
    : { job_id: jobId, status: "running", message: `${budget}; running in background` };
}

export function startedAnswer(jobId: string): BackgroundAnswer {
  return {
    job_id: jobId,
    status: "pending",
    message: "Task started in background; py_job_status tells its progress and result",
  };
}

export function callerLeftAnswer(jobId: string, position: number): BackgroundAnswer {
  return {
    job_id: jobId,
    status: position > 0 ? "pending" : "running",
    message: "The caller left before the answer; the run goes on in background",
  };
}
