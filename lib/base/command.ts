/** Environment changes over the server's own: a string sets a variable, `null` removes it. */
export type EnvChanges = Record<string, string | null>;

/** A command that prepares what the run needs (an environment, a tool); run in the order given. */
export interface PrepareStep {
  /** What people read while it runs, e.g. `Installing pandas, requests`. */
  label: string;
  argv: string[];
  cwd?: string;
  env?: EnvChanges;
  /** The step is skipped when this path exists. */
  creates?: string;
  /** A file that is locked while the step runs, so that two jobs do not do the same work twice. */
  lock?: string;
  /** Where the step's standard output, trimmed, is saved (atomically) when it succeeds. */
  save_stdout_to?: string;
  /** Seconds; the step fails when they are over. */
  timeout_seconds?: number;
}

/** The command whose output is the job's output. */
export interface RunStep {
  argv: string[];
  cwd: string;
  env?: EnvChanges;
  /** Text for standard input; without it the script reads an empty one. */
  stdin?: string;
  /** More may be sent while it runs; its input ends when that is said. */
  stdin_open?: boolean;
}

/** Whether a run may use a warm host, as far as its server knows; `cold` says why it may not. */
export type WarmWish = { cold: string } | {
  mode: "start" | "imports";
  /** The most that all warm hosts of the home may have in memory. */
  mb: number;
  /** The first names of what the script imports, sorted. */
  imports: string[];
  /** What it does that could change the imports after it; none where nothing does. */
  changes?: string;
  /** Why this run is cold, and later ones need not be. */
  not_yet?: string;
};
