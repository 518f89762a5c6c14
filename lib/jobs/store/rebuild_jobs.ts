import { type Home, jobFolder } from "../files/home.ts";
import { importAgain } from "./import_old_jobs.ts";
import { type JobEnd, type JobRow, type Outcome, statusOf } from "../model/job.ts";
import { JobFiles } from "../files/job_files.ts";
import type { JobRecord } from "../files/job_record.ts";
import { addJob } from "./job_rows.ts";
import type { Sql } from "./sql.ts";

/**
 * Gives a new database a row for every folder of a job, and for what was imported before; returns how
 * many. Nothing is settled here: whoever reads or refreshes a row next does that, as always.
 */
export function rebuildJobs(home: Home, sql: Sql): number {
  let added = 0;
  for (const { name } of Deno.readDirSync(home.jobs)) {
    const folder = jobFolder(home, name);
    const files = folder === undefined ? undefined : new JobFiles(folder);
    const record = files?.record;
    // What is no job, or a copy of another, is removed by the next sweep. A job that a script has just
    // started has its record completed, and gets its row, from `child_registry.ts`.
    if (!files || !isRecord(record) || record.id !== name) continue;
    if (addJob(sql, rowOf(record, files))) added++;
  }
  return added + importAgain(home, sql);
}

function isRecord(record: JobRecord | undefined): record is JobRecord {
  return typeof record?.seq === "number" && typeof record.kind === "string" &&
    typeof record.tool === "string" && typeof record.owner === "string" &&
    typeof record.created_at === "number";
}

function rowOf(record: JobRecord, files: JobFiles): JobRow {
  return {
    seq: record.seq,
    id: record.id,
    kind: record.kind,
    tool: record.tool,
    label: record.label,
    status: "pending",
    listed: record.listed || files.isBackground,
    owner: record.owner,
    parent: record.parent,
    createdAt: record.created_at,
    startedAt: null,
    completedAt: null,
    expiresAt: null,
    progress: null,
    result: null,
    error: null,
    command: record.command ?? null,
    exitCode: null,
    answered: record.answered ?? false,
    ...(record.kind === "task" ? taskState(record, files.taskEnd) : answeredState(record, files)),
  };
}

/** What only the task's own process knew, or that it runs. */
function taskState(record: JobRecord, end: JobEnd | undefined): Partial<JobRow> {
  return end ?? { startedAt: record.created_at, status: "running" };
}

/** A run that was answered within its call is no job that anybody looks at, unless it is listed. */
function answeredState(
  { expires_at, answered }: JobRecord,
  { outcome }: JobFiles,
): Partial<JobRow> {
  if (expires_at === undefined || !outcome) return {};
  if (answered) return { expiresAt: expires_at };
  return { status: statusOf(outcome), ...timesOf(outcome), expiresAt: expires_at };
}

function timesOf({ started_at, ended_at }: Outcome): Pick<JobRow, "startedAt" | "completedAt"> {
  return {
    startedAt: started_at === undefined ? null : Math.round(started_at * 1000),
    completedAt: Math.round(ended_at * 1000),
  };
}
