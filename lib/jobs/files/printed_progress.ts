import type { Progress } from "../model/job.ts";
import { readProgressBar } from "./progress_bar.ts";
import { readableText } from "./readable_text.ts";

/** How much of the end of a log is looked at, in bytes: several bars, drawn again and again. */
export const LOOKED_AT_BYTES = 32 * 1024;

/** What moves the cursor or erases. */
// deno-lint-ignore no-control-regex
const MOVES = /(\r|\n|\x08+|\x1b\[\d*[ABJK])/;
// deno-lint-ignore no-control-regex
const UP_OR_DOWN = /^\x1b\[(\d*)([AB])$/;

interface Row {
  text: string;
  /** What it showed before, when it was written over. */
  before?: string;
}

/**
 * The progress that the end of a log shows: of several bars, nested or beside each other, the uppermost
 * that is not finished; `null` where the last line is none.
 */
export function printedProgress(log: string): Progress | null {
  if (!/[%/]/.test(log)) return null;
  const rows = activeRows(log);
  while (rows.length > 0 && rows.at(-1)!.text.trim() === "") rows.pop();
  const bars = rows.map(barOf);
  if (bars.length === 0 || bars.at(-1) === null) return null;
  const found = bars.filter((bar) => bar !== null);
  return found.find(({ current, total }) => total === null || current < total) ?? found.at(-1)!;
}

function barOf({ text, before }: Row): Progress | null {
  const whole = readProgressBar(text, false);
  if (whole || before === undefined) return whole;
  // The end of a log may be the beginning of a bar, which then looks like a share.
  return readProgressBar(before, false) ?? readProgressBar(text, true) ??
    readProgressBar(before, true);
}

/**
 * The lines that are being drawn, as a terminal would show them: from the one that the cursor went up
 * to last, else the lowest.
 */
function activeRows(log: string): Row[] {
  const rows = new Map<number, Row>();
  let [at, top, lowest, starts] = [0, 0, 0, true];
  for (const part of log.replaceAll("\r\n", "\n").split(MOVES)) {
    const [, count, direction] = UP_OR_DOWN.exec(part) ?? [];
    if (part === "\n") at++;
    else if (direction === "B") at += Number(count || 1);
    else if (direction === "A") top = at -= Number(count || 1);
    if (MOVES.test(part)) {
      starts = true;
      continue;
    }
    const text = readableText(part);
    if (text === "") continue;
    if (at > lowest) top = lowest = at;
    const shown = rows.get(at)?.text;
    if (starts) rows.set(at, { text, ...(shown === undefined ? {} : { before: shown }) });
    else rows.get(at)!.text += text;
    starts = false;
  }
  return [...rows].filter(([row]) => row >= top).sort(([a], [b]) => a - b).map(([, row]) => row);
}
