import type { EnvChanges, PrepareStep, RunStep, WarmWish } from "../../base/command.ts";
import type { JobFiles } from "../files/job_files.ts";
import type { JobRecord, StoredSpec } from "../files/job_record.ts";
import type { CellPlace, ProcessSpec } from "../files/process_spec.ts";
import type { JobStore, NewJob } from "../store/job_store.ts";

/** A command to run as a job. */
export interface ProcessRequest {
  prepare: PrepareStep[];
  run: RunStep;
  /** Environment values that the caller gave: they reach the run, and no file. */
  env: EnvChanges;
  /** Those of them that the preparation needs too. */
  prepareEnv: EnvChanges;
  /** Seconds; 0 for none. */
  timeoutSeconds: number;
  /** Of the script with all that it starts; none by default. */
  maxMemoryBytes?: number;
  /** Of the script with all that it starts, at once; none by default. */
  maxProcesses?: number;
  background: boolean;
  details: Record<string, unknown>;
  /** What it runs, as people tell it from others. */
  command?: string;
  sampleIntervalSeconds?: number;
  repeat?: number;
  warm?: WarmWish;
  /** The session that runs it, in lieu of a process of its own. */
  session?: CellPlace;
}

/** A job that is to be made. */
export interface NewRun extends Pick<NewJob, "tool" | "label" | "listed"> {
  /** What is to run it; a process of this machine by default. */
  kind?: Draft["kind"];
  /** See `ProcessRequest`; where it is known by now. */
  command?: string;
  /** The name of the session that runs it. */
  session?: string;
}

/** A job that has its place and folder but has not been handed over yet. */
export interface Draft {
  id: string;
  /** What is to run it. */
  kind: "process" | "ray";
  command?: string;
  seq: number;
  createdAt: number;
  /** What its row says. */
  record: JobRecord;
  files: JobFiles;
  /** Its caller has its id: where it cannot be started it fails, and is not removed. */
  isPromised?: boolean;
}

/** What a supervisor needs to know of the job; no secrets. */
export function makeSpec(
  { id, seq, files }: Draft,
  request: ProcessRequest,
  maxOutputBytes: number,
): ProcessSpec {
  const { stdin: _, ...run } = request.run;
  return {
    id,
    dir: files.folder,
    order: seq,
    kind: request.background ? "background" : "call",
    prepare: request.prepare,
    run,
    timeout_seconds: request.timeoutSeconds,
    max_output_bytes: maxOutputBytes,
    max_memory_bytes: request.maxMemoryBytes,
    max_processes: request.maxProcesses,
    sample_interval_seconds: request.sampleIntervalSeconds,
    repeat: request.repeat,
    warm: request.warm,
    session: request.session,
  };
}

/** Writes down what the job is, from where on it has been handed over. */
export function writeSpec(
  { id, files, record, command: known }: Draft,
  request: ProcessRequest,
  process: ProcessSpec,
  store: JobStore,
  more: Partial<StoredSpec> = {},
): StoredSpec {
  const { command } = request;
  if (command !== undefined && command !== known) store.setCommand(id, command);
  const spec: StoredSpec = {
    ...record,
    has_secrets: request.run.stdin !== undefined || Object.keys(request.env).length > 0,
    details: request.details,
    command,
    process,
    ...more,
  };
  files.spec = spec;
  return spec;
}
