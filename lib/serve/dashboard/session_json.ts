import { readEnd } from "../../jobs/files/output_log.ts";
import { readableText } from "../../jobs/files/readable_text.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../../runs/app.ts";
import { readableTail } from "../../runs/jobs/job_output.ts";
import { listSessions } from "../../runs/sessions/list_sessions.ts";
import { readStory } from "../../runs/sessions/read_story.ts";
import type { CellOutput, CellRan, SessionEnded } from "../../runs/sessions/transcript_entry.ts";

/** How many cells and deaths a page shows, the newest. */
const MOST_PARTS = 200;
/** How much of one output; characters. */
const LONGEST_TEXT = 20_000;
/** How much of its code; bytes. */
const LONGEST_CODE = 5 << 20;
/** How much of a running cell's output. */
const TAIL_CHARACTERS = 8000;

/** What one output of a cell looks like. */
export type OutputJson =
  | { kind: "text" | "error"; text: string }
  /** `src` is what an `<img>` shows. */
  | { kind: "picture"; src: string; text: string };

/** All sessions that there have been: those that live by name, then those that have ended. */
export async function sessionsOf(app: App) {
  const living = await listSessions(app);
  const names = new Set(living.map(({ session }) => session));
  const ended = SessionFiles.names(app.jobs.home).filter((name) => !names.has(name))
    .flatMap((name) => endedJson(new SessionFiles(app.jobs.home, name)) ?? []);
  return [...living, ...ended];
}

/** A session with its cells, as a notebook would show them. */
export async function sessionDetailOf(app: App, name: string) {
  const files = new SessionFiles(app.jobs.home, name);
  const story = readStory(files);
  const parts = story.parts.slice(-MOST_PARTS);
  return {
    session: (await sessionsOf(app)).find(({ session }) => session === name),
    python: story.began?.python,
    packages: story.packages,
    omitted: story.parts.length - parts.length,
    parts: parts.map((part) => part.type === "end" ? deathJson(part) : cellJson(name, part)),
    running: runningJson(app, files),
  };
}

function endedJson({ name, record, state, ended }: SessionFiles) {
  if (!record) return undefined;
  return {
    session: name,
    state: "ended",
    reason: ended?.reason ?? "nobody knows how",
    job_id: null,
    python_version: state?.python_version ?? null,
    directory: record.directory,
    dependencies: record.dependencies,
    started_at: isoTime(state?.started_at ?? record.created_at),
    last_used_at: isoTime(ended?.at || state?.last_used_at || record.created_at),
    cells: state?.cells ?? 0,
    memory_mb: null,
  };
}

function deathJson({ at, reason }: SessionEnded) {
  return { died: isoTime(at), reason };
}

function cellJson(name: string, { cell, job_id, code, status, elapsed_seconds, outputs }: CellRan) {
  const shown = outputs.map((output, at) =>
    outputJson(name, output, `Cell ${cell}, output ${at + 1}`)
  );
  return { cell, job_id, code, status, elapsed_seconds, outputs: shown };
}

function outputJson(session: string, output: CellOutput, alt: string): OutputJson {
  if (output.output_type === "stream") return { kind: "text", text: shown(output.text) };
  if (output.output_type === "error") {
    return { kind: "error", text: shown([output.traceback].flat().join("\n")) };
  }
  const { data } = output;
  for (const type of ["image/png", "image/jpeg"]) {
    const { path } = (data[type] ?? {}) as { path?: string };
    const file = /^pictures\/([\w.-]+)$/.exec(path ?? "")?.[1];
    if (file) {
      return { kind: "picture", src: `/api/sessions/${session}/pictures/${file}`, text: alt };
    }
  }
  const svg = data["image/svg+xml"];
  if (typeof svg === "string") {
    // In an <img> it runs no scripts.
    return { kind: "picture", src: `data:image/svg+xml,${encodeURIComponent(svg)}`, text: alt };
  }
  const text = ["text/plain", "text/markdown", "text/latex", "text/html"]
    .map((type) => data[type]).find((value) => typeof value === "string");
  return { kind: "text", text: shown(`${text ?? "[nothing that can be shown here]"}\n`) };
}

function runningJson(app: App, { lives, state }: SessionFiles) {
  const running = lives ? state?.running : undefined;
  const files = running && app.jobs.files(running.job_id);
  if (!files) return undefined;
  return {
    ...running,
    code: readEnd(files.source, LONGEST_CODE),
    outputs: (["stdout", "stderr"] as const)
      .map((stream) => ({ kind: "text", text: readableTail(files, stream, TAIL_CHARACTERS) }))
      .filter(({ text }) => text !== ""),
  };
}

function shown(text: string): string {
  const omitted = text.length - LONGEST_TEXT;
  const half = LONGEST_TEXT / 2;
  return readableText(
    omitted <= 0
      ? text
      : `${text.slice(0, half)}… [${omitted} characters omitted] …${text.slice(-half)}`,
  );
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
