import { z } from "zod";
import { UserError } from "../base/user_error.ts";
import { isFinal, JOB_STATUSES, type JobRow, type JobStatus } from "../jobs/model/job.ts";
import type { JobFiles } from "../jobs/files/job_files.ts";
import { viewOf } from "../jobs/model/job_view.ts";
import { readLog, readTail } from "../jobs/files/output_log.ts";
import { readableText } from "../jobs/files/readable_text.ts";
import { cancelMessage } from "../runs/results/cancel_message.ts";
import { defineTool, type Tool, type ToolCall } from "./define_tool.ts";
import { JOB_PAGE_URI } from "./job_page.ts";
import { resultBlocks } from "./result_blocks.ts";
import { ProgressReporter } from "./run_progress.ts";
import { SHOWN_CHARACTERS } from "../runs/results/run_result.ts";

/** How much of the output of a running job its status shows, in characters a stream. */
const TAIL_CHARACTERS = 2000;

const READS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
const error = z.string().optional();
const text = z.string().nullable();
const cursor = z.number().int().min(0).optional();

const JOB = z.object({
  id: z.string(),
  label: text,
  status: z.enum(JOB_STATUSES),
  created_at: z.string(),
  started_at: text,
  completed_at: text,
  progress: z.object({ current: z.number(), total: z.number().nullable(), message: text })
    .nullable(),
  result: z.unknown(),
  error: text,
  parent_id: z.string().optional(),
  partial_stdout: z.string().optional(),
  partial_stderr: z.string().optional(),
  new_stdout: z.string().optional(),
  new_stderr: z.string().optional(),
  stdout_cursor: z.number().optional(),
  stderr_cursor: z.number().optional(),
  more: z.boolean().optional(),
});

/** Tools for the jobs of the home, whichever server started them. */
export const JOB_TOOLS: readonly Tool[] = [
  defineTool({
    name: "py_job_status",
    title: "Job status",
    description:
      "A job's status, progress, result or error. wait_seconds waits for its end instead of asking " +
      "again and again. With cursors (0, then those of the last answer) it returns what was printed since.",
    annotations: READS,
    input: z.strictObject({
      job_id: z.string(),
      wait_seconds: z.number().min(0).max(50).default(0).describe("Wait for the end, at most 50"),
      stdout_cursor: cursor.describe("Byte offset"),
      stderr_cursor: cursor.describe("Byte offset"),
    }),
    output: z.object({ job: JOB.optional(), error }),
    view: JOB_PAGE_URI,
    handle: async ({ job_id, wait_seconds, stdout_cursor, stderr_cursor }, call) => {
      const { jobs } = call.app;
      const row = wait_seconds > 0
        ? await waitWithProgress(job_id, wait_seconds, call)
        : await jobs.get(job_id);
      if (!row) throw unknownJob(job_id);
      const files = jobs.files(job_id);
      return {
        json: { job: { ...viewOf(row), ...readOutput(row, files, stdout_cursor, stderr_cursor) } },
        blocks: resultBlocks(row.result, files?.artifacts),
      };
    },
  }),
  defineTool({
    name: "py_list_jobs",
    title: "List jobs",
    description:
      "The jobs of this user, newest first, without their output; total counts all that match.",
    annotations: READS,
    input: z.strictObject({
      status_filter: z.enum(JOB_STATUSES).optional(),
      limit: z.number().int().min(1).max(1000).default(50),
    }),
    output: z.object({
      jobs: z.array(JOB).optional(),
      total: z.number().optional(),
      note: z.string().optional(),
      error,
    }),
    handle: async ({ status_filter, limit }, { app }) => {
      const { rows, total } = await app.jobs.list({ status: status_filter, limit });
      const note = app.jobs.notices.take();
      return { json: { jobs: rows.map(viewOf), total, ...(note && { note }) } };
    },
  }),
  defineTool({
    name: "py_cancel_job",
    title: "Cancel a job",
    description: "Stop a job and everything it started; answers when nothing of it runs any more.",
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    input: z.strictObject({ job_id: z.string() }),
    output: z.object({
      job_id: z.string().optional(),
      status: z.enum(JOB_STATUSES).optional(),
      message: z.string().optional(),
      error,
    }),
    handle: async ({ job_id }, { app }) => {
      const cancelled = await app.jobs.cancel(job_id);
      if (!cancelled) throw unknownJob(job_id);
      const { row: { status }, wasFinal } = cancelled;
      const survivors = app.jobs.files(job_id)?.survivors ?? [];
      return { json: { job_id, status, message: cancelMessage(status, wasFinal, survivors) } };
    },
  }),
  defineTool({
    name: "py_prune_jobs",
    title: "Remove old jobs",
    description:
      "Remove ended jobs with their output; never pending or running ones. Cancelled ones go with failed ones.",
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
    input: z.strictObject({
      keep_completed: z.boolean().default(true),
      keep_failed: z.boolean().default(true),
      max_age_hours: z.number().min(0).default(24).describe(
        "Only those that ended before; 0 = all",
      ),
    }),
    output: z.object({
      removed: z.number().optional(),
      remaining: z.number().optional(),
      note: z.string().optional(),
      error,
    }),
    handle: async ({ keep_completed, keep_failed, max_age_hours }, { app }) => {
      const statuses: JobStatus[] = [];
      if (!keep_completed) statuses.push("completed");
      if (!keep_failed) statuses.push("failed", "cancelled");
      const { total } = await app.jobs.list({ limit: 1 });
      if (statuses.length === 0) {
        return {
          json: {
            removed: 0,
            remaining: total,
            note: "Nothing was asked for: set keep_completed or keep_failed to false",
          },
        };
      }
      const removed = await app.jobs.prune(statuses, Date.now() - max_age_hours * 3600_000);
      return { json: { removed, remaining: app.jobs.store.count() } };
    },
  }),
];

async function waitWithProgress(
  id: string,
  seconds: number,
  { app: { jobs }, signal, reportProgress }: ToolCall,
): Promise<JobRow | undefined> {
  const files = jobs.files(id);
  const reporter = files && reportProgress && new ProgressReporter(files, reportProgress);
  try {
    return await jobs.waitForEnd(id, seconds, signal);
  } finally {
    await reporter?.stop();
  }
}

function readOutput(
  row: JobRow,
  files: JobFiles | undefined,
  stdoutCursor: number | undefined,
  stderrCursor: number | undefined,
): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  if (!files) return output;
  const ended = isFinal(row.status);
  for (
    const [name, path, from] of [
      ["stdout", files.stdout, stdoutCursor],
      ["stderr", files.stderr, stderrCursor],
    ] as const
  ) {
    if (row.status === "running") {
      output[`partial_${name}`] = readableText(readTail(path, TAIL_CHARACTERS));
    }
    if (from === undefined) continue;
    // As many bytes as characters are allowed: no text has more characters than bytes.
    const piece = readLog(path, from, SHOWN_CHARACTERS, ended);
    output[`new_${name}`] = piece.text;
    output[`${name}_cursor`] = piece.cursor;
    if (piece.more) output.more = true;
  }
  return output;
}

export function unknownJob(id: string): UserError {
  return new UserError(
    `There is no job with \`job_id\` ${
      JSON.stringify(id.slice(0, 100))
    }. py_list_jobs shows the ids; jobs ` +
      "that were pruned or answered within their call have none.",
  );
}
