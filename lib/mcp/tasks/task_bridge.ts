import {
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isFinal, type JobRow } from "../../jobs/model/job.ts";
import { TASKS_EXTENSION } from "./task_schemas.ts";
import type { App } from "../../runs/app.ts";
import { type ToolResult, toResult } from "../tools/tool_result.ts";
import { withPictures } from "../tools/with_pictures.ts";

const MISSING_CLIENT_CAPABILITY = -32021;
const DAY_MS = 24 * 3600 * 1000;

/** A job as a task of the extension; its id is the job's. */
interface Task {
  taskId: string;
  status: "working" | "completed" | "cancelled";
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  /** From creation, as long as retention keeps the job; `null` while it has not ended. */
  ttlMs: number | null;
  pollIntervalMs: number;
}

/** Whether the client declared the extension; it does so with each request. */
export function declaresTasks({ mcpReq }: ServerContext): boolean {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const capabilities = envelope?.[CLIENT_CAPABILITIES_META_KEY] as
    | { extensions?: Record<string, unknown> }
    | undefined;
  return capabilities?.extensions?.[TASKS_EXTENSION] !== undefined;
}

/** `tools/call` answered with a task in lieu of a result. */
export async function createTaskResult(jobId: string, app: App): Promise<Record<string, unknown>> {
  return { resultType: "task", ...taskOf((await app.jobs.get(jobId))!, app) };
}

/** `tasks/get`. */
export async function getTask(id: string, ctx: ServerContext, app: App) {
  const row = await findTask(id, ctx, app);
  const result = row.status === "completed" || row.status === "failed"
    ? { result: await resultOf(row, app) }
    : {};
  return { resultType: "complete", ...taskOf(row, app), ...result };
}

/** `tasks/cancel`: acknowledged at once; the job ends in its own time. */
export async function cancelTask(id: string, ctx: ServerContext, app: App) {
  const row = await findTask(id, ctx, app);
  app.jobs.cancel(row.id).catch((error) => app.log.warn(`task ${row.id}: ${error}`));
  return { resultType: "complete" };
}

/** `tasks/update`: no task of ours ever asks for input, so there is none to take. */
export async function updateTask(id: string, ctx: ServerContext, app: App) {
  await findTask(id, ctx, app);
  return { resultType: "complete" };
}

/** Refuses a request of a client that did not declare the extension. */
export function requireTasks(ctx: ServerContext): void {
  if (declaresTasks(ctx)) return;
  throw new ProtocolError(MISSING_CLIENT_CAPABILITY, "Missing required client capability", {
    requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
  });
}

async function findTask(id: string, ctx: ServerContext, app: App): Promise<JobRow> {
  requireTasks(ctx);
  const row = await app.jobs.get(id);
  if (!row?.listed) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown task: ${id}`, { taskId: id });
  }
  return row;
}

function taskOf(row: JobRow, { settings }: App): Task {
  const ended = isFinal(row.status);
  const updatedAt = row.completedAt ?? row.startedAt ?? row.createdAt;
  const message = statusMessage(row);
  return {
    taskId: row.id,
    status: row.status === "cancelled" ? "cancelled" : ended ? "completed" : "working",
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt: new Date(row.createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: ended ? updatedAt - row.createdAt + settings.keepDays * DAY_MS : null,
    pollIntervalMs: pollInterval(Date.now() - row.createdAt),
  };
}

/** Young jobs often end soon; old ones need not be asked for every second. */
function pollInterval(age: number): number {
  return Math.round(Math.min(5000, Math.max(500, age / 20)));
}

function statusMessage({ status, progress, error }: JobRow): string | undefined {
  if (error !== null) return error;
  if (isFinal(status) || !progress) return status === "pending" ? "queued" : undefined;
  const { current, total, message } = progress;
  const done = total === null ? `${current}` : `${current}/${total}`;
  return message === null ? done : `${done} ${message}`;
}

/** What the tool would have answered. */
async function resultOf({ id, result, error }: JobRow, { jobs }: App): Promise<ToolResult> {
  const json = typeof result === "object" && result !== null
    ? result as Record<string, unknown>
    : { error: error ?? "The job ended without a result" };
  return toResult(await withPictures(json, result, jobs.files(id)?.artifacts));
}
