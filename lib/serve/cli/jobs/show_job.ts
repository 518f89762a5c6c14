import type { JobRow } from "../../../jobs/model/job.ts";
import { cellNote } from "../../../runs/cell_note.ts";
import type { Artifact } from "../../../runs/results/artifacts.ts";
import { readableTail, STREAMS } from "../../../runs/jobs/job_output.ts";
import { jobStatus } from "../../../runs/jobs/job_status.ts";
import { secondsOf } from "../../../runs/jobs/job_summary.ts";
import type { Cli } from "../command/cli.ts";
import { formatAge, formatSeconds } from "../terminal/durations.ts";
import { findCurrentJob } from "./find_job.ts";
import { paintStatus } from "./list_jobs.ts";
import { describeProgress } from "../terminal/progress_line.ts";
import { oneLine, plainLines } from "../terminal/terminal_text.ts";
import { paintFor, print, printJson } from "../terminal/terminal.ts";

const TAIL_CHARACTERS = 2000;
const TAIL_LINES = 10;
/** What the lines above the output show of a result in their own way. */
const SHOWN_ELSEWHERE = ["stdout", "stderr", "artifacts", "truncated", "elapsed_seconds", "runs"];

/** `jobs show`. */
export async function showJob({ app }: Cli, { id, json }: { id: string; json: boolean }) {
  const row = await findCurrentJob(app, id);
  if (json) return printJson({ job: (await jobStatus(app, row.id)).job });
  const note = cellNote(app.jobs.home, row, app.jobs.files(row.id));
  const paint = paintFor(Deno.stdout);
  const files = app.jobs.files(row.id);
  const known = [...facts(row)];
  if (note !== undefined) known.push(["note", note]);
  if (files) known.push(["folder", files.folder]);
  const width = Math.max(...known.map(([name]) => name.length));
  for (const [name, text] of known) {
    const shown = name === "status" ? paintStatus(text, row.status) : text;
    print(`${paint.dim(name.padEnd(width))}  ${shown}\n`);
  }
  if (!files) return;
  for (const name of STREAMS) {
    const lines = plainLines(readableTail(files, name, TAIL_CHARACTERS)).trimEnd().split("\n");
    if (lines.join("") === "") continue;
    print(`\n${paint.bold(name)}${paint.dim(lines.length > TAIL_LINES ? ", its end" : "")}\n`);
    print(`${lines.slice(-TAIL_LINES).join("\n")}\n`);
  }
}

function* facts(row: JobRow): Generator<[name: string, text: string]> {
  const result = (row.result ?? {}) as Record<string, unknown>;
  yield ["id", row.id];
  yield ["label", oneLine(row.label ?? row.tool)];
  yield ["started by", row.tool];
  yield ["status", row.status];
  if (row.progress || row.completedAt === null) yield ["progress", describeProgress(row)];
  yield ["created", time(row.createdAt)];
  if (row.startedAt !== null) yield ["started", time(row.startedAt)];
  if (row.completedAt !== null) yield ["ended", time(row.completedAt)];
  const seconds = secondsOf(row);
  if (seconds !== undefined) yield ["duration", formatSeconds(seconds)];
  if (row.error !== null) yield ["error", oneLine(row.error)];
  for (const [name, value] of Object.entries(result)) {
    if (SHOWN_ELSEWHERE.includes(name)) continue;
    yield [name.replaceAll("_", " "), oneLine(plain(value))];
  }
  const artifacts = (result.artifacts ?? []) as Partial<Artifact>[];
  for (const { name = "", size_bytes } of artifacts) {
    yield ["artifact", `${oneLine(name)} (${size_bytes} bytes)`];
  }
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function time(milliseconds: number): string {
  return `${new Date(milliseconds).toLocaleString("sv")} (${formatAge(milliseconds)} ago)`;
}
