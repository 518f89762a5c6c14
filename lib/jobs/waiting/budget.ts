/** How long a call waits for its job before the job goes on in the background. */
export const DEFAULT_BUDGET_SECONDS = 20;

export interface BudgetSources {
  /** `time_budget_seconds` of the call. */
  call?: number;
  /** The name of the tool's own variable, e.g. `MY_TOOL_TIMEOUT`. */
  toolEnv?: string;
  /** Seconds, where nothing else says more. */
  fallback?: number;
  env: (name: string) => string | undefined;
  /** Told of a variable that is no number ≥ 0; the next source then counts. */
  warn: (message: string) => void;
}

/** The budget in seconds: the call beats the tool's variable, and that the global one. */
export function resolveBudget({ call, toolEnv, fallback, env, warn }: BudgetSources): number {
  if (call !== undefined) return call;
  for (const name of [toolEnv, "SMART_ASYNC_TIMEOUT_SECONDS"]) {
    const value = name && env(name);
    if (!value) continue;
    const seconds = parseSeconds(value);
    if (seconds !== undefined) return seconds;
    warn(`${name}=${value} is ignored: it must be a number of seconds, 0 or more`);
  }
  return fallback ?? DEFAULT_BUDGET_SECONDS;
}

/** A number of seconds ≥ 0, or `undefined`. */
export function parseSeconds(text: string): number | undefined {
  const seconds = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
