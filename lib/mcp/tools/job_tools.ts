import { z } from "zod";
import { JOB_STATUSES } from "../../jobs/model/job.ts";
import { cancelJob } from "../../runs/jobs/cancel_job.ts";
import { jobStatus } from "../../runs/jobs/job_status.ts";
import { LISTED_JOBS, listJobs } from "../../runs/jobs/list_jobs.ts";
import { sendInput } from "../../runs/jobs/send_input.ts";
import { pruneJobs } from "../../runs/jobs/prune_jobs.ts";
import { JOB_PAGE_URI } from "../resources/job_page.ts";
import { READS, REMOVES } from "./annotations.ts";
import { defineTool, type Tool } from "./define_tool.ts";
import { joinNotes } from "./join_notes.ts";
import { withPictures } from "./with_pictures.ts";

const integer = z.number().int();
const error = z.string().optional();
const text = z.string().nullable();
const cursor = z.number().int().min(0).optional();

const PROGRESS = z.object({ current: z.number(), total: z.number().nullable(), message: text });

const JOB = z.object({
  id: z.string(),
  job_id: z.string(),
  label: text,
  status: z.enum(JOB_STATUSES),
  created_at: z.string(),
  started_at: text,
  completed_at: text,
  progress: PROGRESS.nullable(),
  result: z.unknown(),
  error: text,
  parent_id: z.string().optional(),
  partial_stdout: z.string().optional(),
  partial_stderr: z.string().optional(),
  new_stdout: z.string().optional(),
  new_stderr: z.string().optional(),
  stdout_cursor: integer.optional(),
  stderr_cursor: integer.optional(),
  more: z.boolean().optional(),
});

const ENTRY = z.object({
  id: z.string(),
  label: z.string(),
  tool: z.string(),
  status: z.enum(JOB_STATUSES),
  created_at: z.string(),
  started_at: text,
  completed_at: text,
  progress: PROGRESS.nullable(),
  exit_code: integer.nullable(),
  error: text,
  command: text,
  answered: z.boolean().optional().describe("It was answered within its call"),
  parent_id: z.string().optional(),
});

/** Tools for the jobs of the home, whichever server started them. */
export const JOB_TOOLS: readonly Tool[] = [
  defineTool({
    name: "py_job_status",
    title: "Job status",
    description:
      "A job's status, progress, result or error. wait_seconds waits for its end instead of " +
      "polling. With cursors (0, then those of the last answer) it returns what was printed since.",
    annotations: READS,
    input: z.strictObject({
      job_id: z.string(),
      wait_seconds: z.number().min(0).max(50).default(0).describe("Wait for its end, at most 50"),
      stdout_cursor: cursor.describe("Byte offset"),
      stderr_cursor: cursor.describe("Byte offset"),
    }),
    output: z.object({ job: JOB.optional(), error }),
    view: JOB_PAGE_URI,
    handle: async ({ job_id, wait_seconds, stdout_cursor, stderr_cursor }, call) => {
      const { job, artifacts, note } = await jobStatus(call.app, job_id, {
        waitSeconds: wait_seconds,
        cursors: { stdout: stdout_cursor, stderr: stderr_cursor },
      }, call);
      return await withPictures(joinNotes({ job }, note), job.result, artifacts);
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
      limit: z.number().int().min(1).max(1000).default(LISTED_JOBS),
    }),
    output: z.object({
      jobs: z.array(ENTRY).optional(),
      total: integer.optional(),
      note: z.string().optional(),
      error,
    }),
    handle: async ({ status_filter, limit }, { app }) => ({
      json: { ...await listJobs(app, { status: status_filter, limit }) },
    }),
  }),
  defineTool({
    name: "py_cancel_job",
    title: "Cancel a job",
    description: "Stop a job and everything it started; answers when nothing of it runs any more.",
    annotations: REMOVES,
    input: z.strictObject({ job_id: z.string() }),
    output: z.object({
      job_id: z.string().optional(),
      status: z.enum(JOB_STATUSES).optional(),
      message: z.string().optional(),
      error,
    }),
    handle: async ({ job_id }, { app }) => ({ json: { ...await cancelJob(app, job_id) } }),
  }),
  defineTool({
    name: "py_send_input",
    title: "Send input to a job",
    description:
      "Write text (with its line break) to the standard input of a running job that was started with " +
      "stdin_open; eof ends it.",
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    },
    input: z.strictObject({
      job_id: z.string(),
      text: z.string(),
      eof: z.boolean().default(false).describe("The input ends after this text"),
    }),
    output: z.object({ job_id: z.string().optional(), sent_bytes: integer.optional(), error }),
    handle: async ({ job_id, text, eof }, { app }) => ({
      json: { ...await sendInput(app, job_id, text, eof) },
    }),
  }),
  defineTool({
    name: "py_prune_jobs",
    title: "Remove old jobs",
    description:
      "Remove ended jobs with their output; never pending or running ones. Cancelled jobs count as failed.",
    annotations: REMOVES,
    input: z.strictObject({
      keep_completed: z.boolean().default(true),
      keep_failed: z.boolean().default(true),
      max_age_hours: z.number().min(0).default(24).describe(
        "Only jobs that ended longer ago; 0 = all",
      ),
    }),
    output: z.object({
      removed: integer.optional(),
      remaining: integer.optional(),
      note: z.string().optional(),
      error,
    }),
    handle: async ({ keep_completed, keep_failed, max_age_hours }, { app }) => ({
      json: {
        ...await pruneJobs(app, {
          keepCompleted: keep_completed,
          keepFailed: keep_failed,
          maxAgeHours: max_age_hours,
        }),
      },
    }),
  }),
];
