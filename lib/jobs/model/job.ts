/** What a job is, and how it may change. */

export type JobStatus = "pending" | "running" | "completed" | "failed" | "cancelled";
export const JOB_STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;

/** The statuses that never change again. */
export type FinalStatus = "completed" | "failed" | "cancelled";

/** The only table of transitions: from which statuses a job may come into each. */
export const MAY_COME_FROM: Record<JobStatus, readonly JobStatus[]> = {
  pending: [],
  running: ["pending"],
  completed: ["pending", "running"],
  failed: ["pending", "running"],
  cancelled: ["pending", "running"],
};

export function isFinal(status: JobStatus): status is FinalStatus {
  return status !== "pending" && status !== "running";
}

export interface Progress {
  current: number;
  total: number | null;
  message: string | null;
}

/** A job as the store keeps it. Times are milliseconds since 1970, UTC. */
export interface JobRow extends JobEntry {
  result: unknown;
}

/** All of it but what it printed: what lists are made of. */
export interface JobEntry {
  /** The place in the order of creation. */
  seq: number;
  id: string;
  /** Run by a supervisor, inside the process that owns it as a function, or on a Ray cluster. */
  kind: "process" | "task" | "ray";
  tool: string;
  label: string | null;
  status: JobStatus;
  /** False for a run that is answered within its call. */
  listed: boolean;
  /** The server that started it. */
  owner: string;
  /** The job whose script started it. */
  parent: string | null;
  createdAt: number;
  startedAt: number | null;
  completedAt: number | null;
  /** When the files of a run that was answered within its call may go. */
  expiresAt: number | null;
  progress: Progress | null;
  error: string | null;
  /** What it runs, as people tell it from others; `null` for a task. */
  command: string | null;
  exitCode: number | null;
  /** It was answered within its call, and is listed because that took a while. */
  answered: boolean;
}

/** How a job ended. */
export interface JobEnd {
  status: FinalStatus;
  result: unknown;
  error: string | null;
  startedAt?: number;
  completedAt: number;
  progress?: Progress | null;
}

/** `outcome.json`, written by the supervisor when nothing of the job runs any more. Seconds, bytes. */
export interface Outcome {
  exit_code: number | null;
  signal: string | null;
  timed_out: boolean;
  cancelled: boolean;
  /** What ended the job other than its script's own end. */
  error: string | null;
  /** The label of the preparation step that failed. */
  failed_step: string | null;
  started_at?: number;
  script_started_at?: number;
  ended_at: number;
  elapsed_seconds: number;
  prepare_seconds?: number;
  /** How many processes the script had left behind. */
  stopped: number;
  runs: RunFigures[];
  /** Why no warm host ran it; null where one did. */
  cold?: string | null;
  /** Of the last run: seconds since its start and resident bytes of the whole tree. */
  samples?: [number, number][];
  /** Of a job on a cluster: the name of its node, and the version of Python there. */
  node?: string;
  python?: string;
  /** What people should know besides. */
  notes?: string[];
  /** Where the script had more memory than it may: pid, name and bytes of the largest processes then. */
  memory?: [number, string, number][];
}

export interface RunFigures {
  wall_seconds: number;
  user_seconds: number;
  system_seconds: number;
  /** The script's own, or that of the whole tree as it was sampled, whichever is larger. */
  peak_rss_bytes: number;
}

/** The status that an outcome means. */
export function statusOf(outcome: Outcome): FinalStatus {
  if (outcome.cancelled) return "cancelled";
  return outcome.error === null && !outcome.timed_out && outcome.exit_code === 0
    ? "completed"
    : "failed";
}

/** The outcome of a job that was never started. */
export function endedWithoutRun(end: { cancelled?: boolean; error?: string }): Outcome {
  return {
    exit_code: null,
    signal: null,
    timed_out: false,
    cancelled: end.cancelled ?? false,
    error: end.error ?? null,
    failed_step: null,
    ended_at: Date.now() / 1000,
    elapsed_seconds: 0,
    stopped: 0,
    runs: [],
  };
}
