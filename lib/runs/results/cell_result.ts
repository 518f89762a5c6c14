import type { JobFiles } from "../../jobs/files/job_files.ts";
import type { StoredSpec } from "../../jobs/files/job_record.ts";
import type { ToldCell } from "../../jobs/files/messages.ts";
import { oneLine } from "../../jobs/model/job_view.ts";
import type { Outcome } from "../../jobs/model/job.ts";
import { listArtifacts } from "./artifacts.ts";
import { explainStep } from "./explain_step.ts";
import { type ShownStreams, showStreams } from "./shown_streams.ts";

const KEPT =
  "The session is as it was: what it has is never replaced. For another version of something that " +
  "it has, end it with py_session_end, and start it again with these `dependencies`.";

/** The answer of a cell as the contract has it, out of its job's files, and of what its session has told. */
export async function describeCell(
  files: JobFiles,
  outcome: Outcome,
  spec: StoredSpec,
  told?: ToldCell,
): Promise<{ result: Record<string, unknown> | null; error: string | null }> {
  const { session, timeout_seconds: limit } = spec.process;
  const end = told?.end ?? files.cell;
  if (outcome.failed_step !== null) {
    const error = await explainStep(files, outcome.failed_step, outcome.error!);
    return { result: null, error: outcome.started_at ? `${error}\n${KEPT}` : error };
  }
  if (!end) return { result: null, error: outcome.error };
  const { truncated, ...streams } = told?.is_bare
    ? { stdout: "", stderr: "" } as ShownStreams
    : showStreams(files, spec.id);
  const artifacts = told?.is_bare ? [] : await listArtifacts(files.artifacts, spec.id);
  const timedOut = outcome.timed_out
    ? `The cell was interrupted at its time limit of ${limit} s (timeout_seconds); the session ${
      session!.name
    } and its variables are still there`
    : undefined;
  const note = [spec.details.note, end.note, outcome.error === null ? timedOut : outcome.error]
    .filter((one) => typeof one === "string").join(". ");
  const result = {
    session: end.session,
    cell: end.cell,
    ...streams,
    result: end.result,
    exception: end.exception,
    elapsed_seconds: Math.round(outcome.elapsed_seconds * 1e4) / 1e4,
    ...(outcome.timed_out && { timed_out: true }),
    ...(truncated && { truncated }),
    ...(artifacts.length > 0 && { artifacts }),
    ...(note !== "" && { note }),
  };
  const raised = outcome.cancelled ? null : end.exception && oneLine(end.exception);
  return { result, error: outcome.error ?? timedOut ?? raised };
}
