import { JOB_STATUSES, type JobEntry, type JobRow, type JobStatus } from "../../jobs/model/job.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { viewOf } from "../../jobs/model/job_view.ts";
import { logSize } from "../../jobs/files/output_log.ts";
import type { App } from "../../runs/app.ts";
import { listArtifacts } from "../../runs/results/artifacts.ts";
import { commandOf } from "../../runs/jobs/job_command.ts";
import { shellWords } from "../../runs/run/shell_words.ts";
import { failedLine } from "../../runs/jobs/job_script.ts";
import { withProgress } from "../../runs/jobs/job_summary.ts";

/** How much of its arguments a job shows; characters. */
const LONGEST_ARGUMENTS = 200;

/** A job as the list shows it: without its result. */
export function summaryOf(app: App, row: JobEntry) {
  const { result: _, ...job } = viewOf({ ...withProgress(app, row), result: null });
  const files = app.jobs.files(row.id);
  return {
    ...job,
    seq: row.seq,
    tool: row.tool,
    command: commandJson(files),
    stdout_bytes: files ? logSize(files.stdout) : 0,
    stderr_bytes: files ? logSize(files.stderr) : 0,
  };
}

/** What the view of a job shows: its output is read piece by piece, and not here. */
export async function detailOf(app: App, row: JobRow) {
  const files = app.jobs.files(row.id);
  const { stdout: _, stderr: __, ...result } = (row.result ?? {}) as Record<string, unknown>;
  const parent = row.parent === null ? undefined : app.jobs.store.get(row.parent);
  const runs = row.completedAt === null ? undefined : files?.outcome?.runs;
  const spec = files?.shownSpec;
  return {
    job: {
      ...summaryOf(app, row),
      result: row.result === null ? null : result,
      ...(runs?.length
        ? {
          cpu_seconds: sum(runs.map((run) => run.user_seconds + run.system_seconds)),
          peak_rss_bytes: Math.max(...runs.map((run) => run.peak_rss_bytes)),
        }
        : {}),
      interpreter: spec?.process.run.argv[0],
      variables: commandOf(files)?.variables,
      failed_line: files && row.status === "failed" ? failedLine(files) : undefined,
    },
    parent: parent && { id: parent.id, label: viewOf(parent).label },
    artifacts: files ? await listArtifacts(files.artifacts, row.id) : [],
  };
}

function commandJson(files: JobFiles | undefined) {
  const command = commandOf(files);
  if (!command) return undefined;
  const words = shellWords([command.args].flat().map(String));
  return {
    script: command.script,
    arguments: words.length > LONGEST_ARGUMENTS ? `${words.slice(0, LONGEST_ARGUMENTS)}…` : words,
    folder: command.folder,
  };
}

export function countsOf(app: App): Record<JobStatus, number> {
  const counts = JOB_STATUSES.map((status) => [status, app.jobs.store.count(status)]);
  return Object.fromEntries(counts) as Record<JobStatus, number>;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
