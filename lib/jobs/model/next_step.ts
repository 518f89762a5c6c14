/** What is known of a job that has not ended. Gathered in this order: started, locked, outcome. */
export interface Evidence {
  /** Run by a supervisor, inside the process that owns it as a function, or on a Ray cluster. */
  kind: "process" | "task" | "ray";
  /** The server that started it lives. */
  ownerLives: boolean;
  /** It is a job; else a run that is answered within its call. */
  isListed: boolean;
  /** Its row says that it runs. */
  isMarkedRunning: boolean;
  hasFolder: boolean;
  /** `spec.json` says what is to run: the job was handed over. */
  hasSpec: boolean;
  /** It needs values that are kept nowhere; only the server or launcher that has them can start it. */
  needsLostValues: boolean;
  cancelAsked: boolean;
  /** Its supervisor has begun. */
  hasStarted: boolean;
  /** Another process holds the job: its supervisor, or whoever cancels or starts it just now. */
  isLocked: boolean;
  /** How it ended is written down. */
  hasEnded: boolean;
  /** A server or launcher that lives has the job and will start it. */
  willStart: boolean;
  /** Should its supervisor die, a launcher that lives keeps its output and ends it; or another server's may. */
  isWatched: boolean;
  /** Whoever asks may start work. */
  mayStart: boolean;
}

/** Why a job fails that no supervisor ended. */
export type Failure = "values lost" | "not handed over" | "folder gone" | "owner ended";

/** What becomes of a job. */
export type NextStep =
  /** Nothing: somebody who lives has it. */
  | "wait"
  /** Its row is to say that it runs. */
  | "mark running"
  /** It runs, and the launcher is to keep its output and end it should its supervisor die. */
  | "watch"
  /** Nobody waits for the answer of this run any more: it becomes a listed job, then look again. */
  | "list"
  /** Its row takes over how it ended. */
  | "settle"
  /** Its supervisor was killed: what is left of it is stopped, then an outcome is written. */
  | "stop remains"
  /** It has not started and gets the outcome of a cancelled job; whoever does so holds its lock. */
  | "cancel"
  /** Nobody will start it: whoever asks does, and holds its lock meanwhile. */
  | "restart"
  /** Nothing was promised or started: it goes without a trace. */
  | "discard"
  /** It has not started and never will; whoever says so holds its lock. */
  | { fail: Failure };

/** What is to be done for a job that has not ended: the only place that decides this. */
export function nextStep(job: Evidence): NextStep {
  if (job.kind === "task") {
    if (job.hasEnded) return "settle";
    return job.ownerLives ? "wait" : { fail: "owner ended" };
  }
  const wasHandedOver = job.hasSpec || job.hasStarted || job.hasEnded;
  if (!job.isListed && !job.ownerLives && wasHandedOver) return "list";
  if (job.hasEnded) return "settle";
  if (job.kind === "ray") return nextStepOnCluster(job, wasHandedOver);
  if (job.isLocked) {
    if (job.hasStarted && job.isListed && !job.isMarkedRunning) return "mark running";
    return job.hasStarted && !job.isWatched && job.mayStart ? "watch" : "wait";
  }
  if (job.hasStarted) return "stop remains";
  if (job.cancelAsked) return "cancel";
  if (job.willStart) return "wait";
  if (!wasHandedOver) {
    if (!job.isListed) return "discard";
    return { fail: job.hasFolder ? "not handed over" : "folder gone" };
  }
  if (job.needsLostValues) return { fail: "values lost" };
  return job.mayStart ? "restart" : "wait";
}

/** The cluster runs the job, and whoever follows it writes down how it ended. */
function nextStepOnCluster(job: Evidence, wasHandedOver: boolean): NextStep {
  if (job.hasStarted && job.isListed && !job.isMarkedRunning) return "mark running";
  if (wasHandedOver || job.ownerLives) return "wait";
  if (!job.isListed) return "discard";
  return { fail: job.hasFolder ? "not handed over" : "folder gone" };
}
