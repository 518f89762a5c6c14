import type { PrepareStep, RunStep, WarmWish } from "../../base/command.ts";
import type { Outcome } from "../model/job.ts";
import type { CellEnd } from "./job_record.ts";
import type { ProcessSpec } from "./process_spec.ts";

/** A job that a script has asked for, to be run on the cluster. */
export interface ClusterChild {
  id: string;
  /** The job whose script asked. */
  parent: string;
  /** `python`, the path of the script or the name of its file, and its arguments. */
  argv: string[];
  cwd: string;
  /** The script's text, where it was given as such. */
  script: string | null;
  stdin: string | null;
  label: string | null;
  timeout_seconds: number;
  cluster: {
    ray: {
      cpus?: number;
      gpus?: number;
      custom?: Record<string, number>;
      labels?: Record<string, string>;
      include?: string[];
      shared_directory?: string;
    };
    /** Values of variables. */
    env: Record<string, string>;
  };
}

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
  | { mark_failed: { id: string; dir: string } }
  /** The next job will have this id, and has its folder until then at `dir`: its sandbox can be made ahead. */
  | { ahead: { id: string; dir: string } }
  /** Start a session's supervisor; the answer is told with the session's id. */
  | { session: SessionSpec }
  /** Ask a session's supervisor. */
  | { ask: { id: string; session: string; request: SessionRequest } };

/** What a session's supervisor needs to know; with values of the environment, which it keeps in memory. */
export interface SessionSpec {
  id: string;
  /** The session's folder. */
  dir: string;
  /** `session.json`, for those that come later. */
  record: Record<string, unknown>;
  prepare: PrepareStep[];
  run: RunStep;
  warm: WarmWish;
  max_memory_bytes?: number;
  max_processes?: number;
  /** Where cells leave files, where it is in a sandbox; see `cell_folder.py`. */
  stage?: string;
  /** How long a cell may go on after an interrupt. */
  grace_seconds: number;
  /** After which the session ends that nobody uses; 0: never. */
  idle_seconds: number;
}

/** What can be asked of a session's supervisor. */
export type SessionRequest =
  | { variables: true }
  /** Whether it was started with these values. */
  | { has_env: Record<string, string> }
  | { interrupt: true }
  | { end: true }
  | { restart: true };

/** What it answers, or a launcher about a session that is to start. */
export interface SessionAnswer {
  /** `null` while the session cannot say. */
  variables?: SessionVariable[] | null;
  has_env?: boolean;
  /** The number of the cell that was interrupted; `null`: none runs. */
  interrupted?: number | null;
  job_id?: string;
  ended?: true;
  restarted?: true;
  started?: true;
  /** It had been started before. */
  lives?: true;
  /** Why it cannot be started. */
  error?: string;
}

/** A variable of a session. */
export interface SessionVariable {
  name: string;
  type: string;
  /** Such as `(3, 2)`, or a length; `null` for what has neither. */
  shape: string | number | null;
  size_bytes: number | null;
  /** `null` for types whose text their own code would have to make. */
  preview: string | null;
}

/** What a launcher tells its server, each with an id. */
export type News =
  /** The launcher itself can take orders. */
  | { ready: string; pid: number }
  | { pong: string }
  /** It has a job that a script has asked for. */
  | { child: string }
  /** An answer to what was asked with this id; `null`: nobody can answer any more. */
  | { told: { id: string; answer: SessionAnswer | null } }
  /** The same, for the cluster, which its server submits it to. */
  | { submit: ClusterChild }
  /** The job has left the queue. */
  | { started: string }
  /** Nothing of the job runs any more, or it will never start; of a cell that has run, also how it ended. */
  | { ended: string; cell?: ToldCell };

/** What the files of a cell say that has ended: its caller need not wait until they are read. */
export interface ToldCell {
  outcome: Outcome;
  end: CellEnd;
  /** It has printed nothing, and left no artifacts. */
  is_bare: boolean;
}
