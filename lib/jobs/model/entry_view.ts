import type { JobEntry, JobStatus, Progress } from "./job.ts";
import { isoTime, oneLine } from "./job_view.ts";

/** A job as lists show it: without what it printed, in about 400 characters. */
export interface JobEntryView {
  id: string;
  label: string;
  tool: string;
  status: JobStatus;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  progress: Progress | null;
  exit_code: number | null;
  error: string | null;
  /** Script, arguments and folder. */
  command: string | null;
  /** It was answered within its call. */
  answered?: true;
  parent_id?: string;
}

const LONGEST_ENTRY = 400;
/** What texts are cut to in any case, and what they keep where the whole is too long; characters. */
const TEXTS = { error: [160, 60], message: [60, 20], label: [80, 40], command: [120, 60] } as const;

export function entryViewOf(entry: JobEntry): JobEntryView {
  const all = viewWith(entry, 0);
  const excess = JSON.stringify(all).length - LONGEST_ENTRY;
  return excess <= 0 ? all : viewWith(entry, excess);
}

/** @param excess How many characters the texts are to be shorter in all. */
function viewWith(entry: JobEntry, excess: number): JobEntryView {
  let left = excess;
  const shown = (kind: keyof typeof TEXTS, text: string) => {
    const [most, least] = TEXTS[kind];
    const now = Math.min(text.length, most);
    const length = Math.max(Math.min(now, least), now - left);
    left -= now - length;
    return cut(text, length);
  };
  const error = entry.error === null ? null : shown("error", oneLine(entry.error));
  const { progress } = entry;
  const message = progress?.message ? shown("message", oneLine(progress.message)) : null;
  const label = shown("label", entry.label ?? entry.tool);
  const command = entry.command === null ? null : shown("command", entry.command);
  return {
    id: entry.id,
    label,
    tool: entry.tool,
    status: entry.status,
    created_at: isoTime(entry.createdAt)!,
    started_at: isoTime(entry.startedAt),
    completed_at: isoTime(entry.completedAt),
    progress: progress && { ...progress, message },
    exit_code: entry.exitCode,
    error,
    command,
    ...(entry.answered && { answered: true }),
    ...(entry.parent !== null && { parent_id: entry.parent }),
  };
}

/** At most so many characters; half of a surrogate pair is never left. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, Math.max(0, length - 1)).replace(/[\ud800-\udbff]$/, "")}…`;
}
