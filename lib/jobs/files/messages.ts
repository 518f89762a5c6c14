import type { ProcessSpec } from "./process_spec.ts";

/** What a server tells its launcher to do, as one line of JSON. */
export type Order =
  /** Start the job when its turn comes. */
  | { run: ProcessSpec }
  /** The job with this id, which waits in the queue of calls, goes on in the background. */
  | { background: string }
  /** The supervisor of the job in this folder is to look at its files now. */
  | { wake: string }
  /** It is to say that it lives: a script may have stopped it. */
  | { ping: true }
  /** The job in this folder is to end: its supervisor is told by a signal too. */
  | { cancel: string }
  /**
   * Once the job's supervisor is dead, stop what is left of it and write an outcome that says so,
   * unless there is one. Until then, keep what its script prints from being lost.
   */
  | { mark_failed: { id: string; dir: string } };

/** What a launcher tells its server, each with an id. */
export type News =
  /** The launcher itself can take orders. */
  | { ready: string; pid: number }
  | { pong: string }
  /** It has a job that a script has asked for. */
  | { child: string }
  /** The job has left the queue. */
  | { started: string }
  /** Nothing of the job runs any more, or it will never start. */
  | { ended: string };
