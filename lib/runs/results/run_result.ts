import { readForeignFile } from "../../base/read_foreign_file.ts";
import type { Outcome } from "../../jobs/model/job.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import type { StoredSpec } from "../../jobs/files/job_record.ts";
import { logSize, readTail } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";
import { adviseOnError, type FailedRun } from "../../python/advice/advise_on_error.ts";
import { applyLeftOut } from "../../python/environment/left_out.ts";
import { explainScriptError } from "../../python/advice/explain_script_error.ts";
import { interpreterVersion } from "../../python/interpreters/find_interpreters.ts";
import { listArtifacts } from "./artifacts.ts";
import { benchmarkFigures } from "./benchmark_figures.ts";
import { explainStep } from "./explain_step.ts";
import { SHOWN_CHARACTERS, showStreams } from "./shown_streams.ts";

/** The most bytes that the exception of a script may have. */
const LONGEST_ERROR = 8000;

/** What `details` in `spec.json` says about a run of Python. */
export interface RunDetails extends Record<string, unknown> {
  execution_strategy: "uv-run" | "system-python" | "ray";
  resolved_dependencies?: string[];
  /** The file that says which of them were left out. */
  left_out?: string;
  /** The result names the interpreter's version. */
  names_python?: boolean;
  benchmark?: boolean;
  /** The result says whether the run was warm, and else why not. */
  debug?: boolean;
  /** The first run of a benchmark does not count. */
  warm_up?: boolean;
  /** Where it runs, for advice about modules that it does not find. */
  place?: FailedRun["place"];
  note?: string;
  /** What was asked for: an `AskedRun`. */
  asked?: unknown;
}

/** The result of a run as the contract has it, out of the job's files alone: any server can make it. */
export async function describeRun(
  files: JobFiles,
  outcome: Outcome,
  spec: StoredSpec | undefined,
): Promise<{ result: Record<string, unknown> | null; error: string | null }> {
  if (outcome.failed_step !== null) {
    return { result: null, error: await explainStep(files, outcome.failed_step, outcome.error!) };
  }
  const stderr = readableText(readTail(files.stderr, SHOWN_CHARACTERS));
  const error = explainEnd(files, outcome, spec, stderr);
  const printed = logSize(files.stdout) + logSize(files.stderr) > 0;
  if (outcome.exit_code === null && !printed) return { result: null, error };
  const advice = await advise(outcome, spec, stderr, error);
  return { result: await makeResult(files, outcome, spec, advice), error };
}

async function makeResult(
  files: JobFiles,
  outcome: Outcome,
  spec: StoredSpec | undefined,
  advice: string | undefined,
): Promise<Record<string, unknown>> {
  const details = withLeftOut((spec?.details ?? {}) as Partial<RunDetails>);
  const id = spec?.process.id ?? "";
  const { truncated, ...shown } = showStreams(files, id);
  const result: Record<string, unknown> = { ...shown };
  result.exit_code = outcome.exit_code;
  result.execution_strategy = details.execution_strategy;
  if (details.debug) {
    Object.assign(result, outcome.cold === null ? { warm: true } : { cold: outcome.cold });
  }
  result.elapsed_seconds = rounded(outcome.elapsed_seconds);
  const prepareSeconds = secondsBeforeRun(outcome, spec);
  if (prepareSeconds >= 0.1) result.prepare_seconds = rounded(prepareSeconds);
  if (outcome.signal !== null) result.signal = outcome.signal;
  if (outcome.timed_out) result.timed_out = true;
  if (details.resolved_dependencies) result.resolved_dependencies = details.resolved_dependencies;
  if (outcome.node !== undefined) result.node = outcome.node;
  if (details.names_python && outcome.python !== undefined) {
    result.python_version_used = outcome.python;
  } else if (details.names_python && spec && !spec.ray && !isScriptsOwn(spec)) {
    const version = await interpreterVersion(spec.process.run.argv[0]!);
    if (version !== undefined) result.python_version_used = version;
  }
  if (details.benchmark) Object.assign(result, benchmarkFigures(outcome, details.warm_up ?? false));
  if (truncated) result.truncated = truncated;
  const artifacts = await listArtifacts(files.artifacts, id);
  if (artifacts.length > 0) result.artifacts = artifacts;
  const note = notes(outcome, spec, details, advice);
  if (note !== "") result.note = note;
  return result;
}

/** The details of a run whose environment may lack some of what the plan had for it. */
function withLeftOut(details: Partial<RunDetails>): Partial<RunDetails> {
  if (details.left_out === undefined) return details;
  const { requirements, note } = applyLeftOut(
    details.left_out,
    details.resolved_dependencies ?? [],
  );
  return {
    ...details,
    resolved_dependencies: details.resolved_dependencies && requirements,
    note: [details.note, note].filter((one) => one !== undefined).join(". ") || undefined,
  };
}

function secondsBeforeRun(outcome: Outcome, spec: StoredSpec | undefined): number {
  if (!spec || outcome.script_started_at === undefined) return outcome.prepare_seconds ?? 0;
  return Math.max(0, outcome.script_started_at - spec.created_at / 1000);
}

/** What ended the job, in one line; `null` when the script ended well. */
function explainEnd(
  files: JobFiles,
  outcome: Outcome,
  spec: StoredSpec | undefined,
  stderr: string,
): string | null {
  if (outcome.cancelled) return null;
  if (outcome.error !== null) return outcome.error;
  if (outcome.timed_out) return timeLimitText(spec);
  if (outcome.exit_code === 0) return null;
  const exception = readForeignFile(files.exception, LONGEST_ERROR)?.split("\n")[0];
  const { exit_code, signal } = outcome;
  return explainScriptError({ stderr, exitCode: exit_code!, signal, exception });
}

/** What to do about a script that failed by itself. */
async function advise(
  outcome: Outcome,
  spec: StoredSpec | undefined,
  stderr: string,
  error: string | null,
): Promise<string | undefined> {
  const { cancelled, timed_out, exit_code } = outcome;
  if (error === null || cancelled || timed_out || outcome.error !== null) return undefined;
  const { execution_strategy, place } = (spec?.details ?? {}) as Partial<RunDetails>;
  const withoutUv = execution_strategy === "system-python";
  const last = outcome.runs.at(-1);
  const cpuSeconds = last ? last.user_seconds + last.system_seconds : 0;
  return await adviseOnError({ stderr, error, exitCode: exit_code!, cpuSeconds, withoutUv, place });
}

function timeLimitText(spec: StoredSpec | undefined): string {
  return `The script was stopped at its time limit of ${spec?.process.timeout_seconds} s (timeout_seconds)`;
}

function notes(
  outcome: Outcome,
  spec: StoredSpec | undefined,
  details: Partial<RunDetails>,
  advice: string | undefined,
): string {
  const all: string[] = [];
  if (advice !== undefined) all.push(advice);
  if (details.note) all.push(details.note);
  if (outcome.notes) all.push(...outcome.notes);
  if (outcome.timed_out) all.push(timeLimitText(spec));
  if (outcome.error !== null) all.push(outcome.error);
  if (outcome.memory) all.push(describeMemory(outcome.memory));
  if (outcome.stopped > 0) {
    all.push(
      outcome.stopped === 1
        ? "1 process that the script had left running was stopped"
        : `${outcome.stopped} processes that the script had left running were stopped`,
    );
  }
  return all.join(". ");
}

function describeMemory(processes: NonNullable<Outcome["memory"]>): string {
  const shown = processes.map(([pid, name, bytes]) =>
    `${(bytes / 2 ** 20).toFixed()} MB ${name} (pid ${pid})`
  );
  return `Its processes then: ${shown.join(", ")}`;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4;
}

/** Whether a script in a sandbox has chosen what runs: nothing of that is started outside. */
function isScriptsOwn({ parent, process }: StoredSpec): boolean {
  return parent !== null && process.run.sandbox !== undefined;
}
