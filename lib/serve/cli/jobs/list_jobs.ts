import type { JobEntry, JobStatus } from "../../../jobs/model/job.ts";
import { entryViewOf } from "../../../jobs/model/entry_view.ts";
import type { Cli } from "../command/cli.ts";
import { formatAge, formatSeconds } from "../terminal/durations.ts";
import { catchUp, SHORT_ID } from "./find_job.ts";
import { invocation } from "../../program/invocation.ts";
import { secondsOf, withProgress } from "../../../runs/jobs/job_summary.ts";
import { renderTable } from "../terminal/table.ts";
import { columnsOf, paintFor, print, printJson, say } from "../terminal/terminal.ts";

/** `jobs`. */
export async function listJobs(
  { app }: Cli,
  { status, limit, json }: { status?: JobStatus; limit: number; json: boolean },
): Promise<void> {
  await catchUp(app);
  const { rows: found, total } = await app.jobs.list({ status, limit });
  const rows = found.map((row) => withProgress(app, row));
  if (json) return printJson({ jobs: rows.map(entryViewOf), total });
  if (rows.length === 0) {
    say(
      status === undefined
        ? `There are no jobs in ${app.settings.home} yet. Start one: ${invocation()} run script.py\n`
        : `No job is ${status}.\n`,
    );
    return;
  }
  print(renderTable(
    [
      { title: "ID", paint: paintFor(Deno.stdout).bold },
      { title: "LABEL", shrinks: true },
      { title: "STATUS", paint: (cell, row) => paintStatus(cell, rows[row]!.status) },
      { title: "PROGRESS", alignRight: true },
      { title: "AGE", alignRight: true },
      { title: "DURATION", alignRight: true },
    ],
    rows.map(cells),
    columnsOf(Deno.stdout),
  ));
  if (total > rows.length) say(`${total - rows.length} more; --limit ${total} shows all.\n`);
}

export function paintStatus(text: string, status: JobStatus): string {
  const paint = paintFor(Deno.stdout);
  const colours: Record<JobStatus, (text: string) => string> = {
    pending: paint.dim,
    running: paint.blue,
    completed: paint.green,
    failed: paint.red,
    cancelled: paint.yellow,
  };
  return colours[status](text);
}

function cells(row: JobEntry): string[] {
  const seconds = secondsOf(row);
  return [
    row.id.slice(0, SHORT_ID),
    row.label ?? row.tool,
    row.status,
    progressOf(row),
    formatAge(row.createdAt),
    seconds === undefined ? "" : formatSeconds(seconds),
  ];
}

function progressOf({ progress, status }: JobEntry): string {
  // Why it waits is no amount.
  if (!progress || status === "pending") return "";
  if (!progress.total) return String(progress.current);
  return `${Math.floor(Math.min(1, progress.current / progress.total) * 100)}%`;
}
