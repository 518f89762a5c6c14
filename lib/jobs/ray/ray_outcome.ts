import { endedWithoutRun, type Outcome, type RunFigures } from "../model/job.ts";
import type { RayJob } from "./ray_api.ts";

const LONGEST_TEXT = 2000;
const MOST_RUNS = 1000;

/** Where a job ran, for its result. */
export interface RanOn {
  node?: string;
  python?: string;
  /** When its script began, in seconds. */
  started_at?: number;
}

/** How a job ended, as its node says: what does not look like it counts as missing. */
export function toOutcome(told: Record<string, unknown>, on: RanOn, notes: string[]): Outcome {
  const outcome: Outcome = {
    ...endedWithoutRun({}),
    exit_code: number(told.exit_code) ?? null,
    signal: text(told.signal) ?? null,
    timed_out: told.timed_out === true,
    cancelled: told.cancelled === true,
    error: text(told.error) ?? null,
    failed_step: text(told.failed_step) ?? null,
    ended_at: number(told.ended_at) ?? Date.now() / 1000,
    elapsed_seconds: number(told.elapsed_seconds) ?? 0,
    stopped: number(told.stopped) ?? 0,
    runs: list(told.runs).slice(0, MOST_RUNS).map(toFigures),
    ...on,
  };
  for (const name of ["started_at", "script_started_at", "prepare_seconds"] as const) {
    const value = number(told[name]);
    if (value !== undefined) outcome[name] = value;
  }
  const samples = list(told.samples).filter((one): one is [number, number] =>
    Array.isArray(one) && one.length === 2 && one.every(Number.isFinite)
  );
  if (samples.length > 0) outcome.samples = samples.slice(0, MOST_RUNS);
  const memory = list(told.memory).filter((one): one is [number, string, number] =>
    Array.isArray(one) && Number.isFinite(one[0]) && typeof one[1] === "string" &&
    Number.isFinite(one[2])
  );
  if (memory.length > 0) outcome.memory = memory.slice(0, 10);
  if (notes.length > 0) outcome.notes = notes;
  return outcome;
}

/** The end of a job that has not told it itself, by what Ray says of it. */
export function outcomeBy(job: RayJob, on: RanOn): Outcome {
  return lostOutcome(
    job.status === "STOPPED" ? { cancelled: true } : { error: errorBy(job, on) },
    on,
  );
}

function errorBy(job: RayJob, { node }: RanOn): string {
  if (job.status === "SUCCEEDED") {
    return "The job's log on the cluster is gone, and with it how it ended";
  }
  const said = lastWords(job.message);
  const death = deathOfNode(job);
  if (death !== undefined) {
    return `The job is lost: its node ${node === undefined ? "" : `${node} `}has died (${death})`;
  }
  const [, limit] = said.match(/failed to start within (\d+)[.\d]* seconds/) ?? [];
  if (limit === undefined) return `Ray ended the job: ${said}`;
  return `The job was not started: no node had room for it within ${limit} s, after which Ray gives ` +
    "up. Ask for what the cluster has, or start its head with a larger RAY_JOB_START_TIMEOUT_SECONDS";
}

/** The outcome of a job that cannot tell it any more. */
export function lostOutcome(end: { cancelled?: boolean; error?: string }, on: RanOn): Outcome {
  const outcome = { ...endedWithoutRun(end), ...on };
  const { started_at, ended_at } = outcome;
  if (started_at !== undefined) outcome.elapsed_seconds = Math.max(0, ended_at - started_at);
  return outcome;
}

/** Ray's reason, where a job has ended since its node did. */
export function deathOfNode({ message }: RayJob): string | undefined {
  const [, why] = lastWords(message).match(/node has died\.?(?: Node Id: \w+)?(.*)/) ?? [];
  return why === undefined ? undefined : why.trim() || "Ray does not say why";
}

/** A message of Ray in a line; what the job itself has logged is no part of it. */
export function lastWords(message: string | null): string {
  const own = (message ?? "").split("last available logs")[0]!;
  return own.replaceAll(/\s+/g, " ").trim().slice(0, LONGEST_TEXT) || "it does not say why";
}

function toFigures(value: unknown): RunFigures {
  const told = (value ?? {}) as Record<string, unknown>;
  return {
    wall_seconds: number(told.wall_seconds) ?? 0,
    user_seconds: number(told.user_seconds) ?? 0,
    system_seconds: number(told.system_seconds) ?? 0,
    peak_rss_bytes: number(told.peak_rss_bytes) ?? 0,
  };
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
