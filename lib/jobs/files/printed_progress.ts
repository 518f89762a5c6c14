import type { Progress } from "../model/job.ts";
import { readProgressBar } from "./progress_bar.ts";
import { readableText } from "./readable_text.ts";

/** What moves the cursor or erases. */
// deno-lint-ignore no-control-regex
const MOVES = /(\r|\n|\x08+|\x1b\[\d*[ABJK])/;
// deno-lint-ignore no-control-regex
const UP_OR_DOWN = /^\x1b\[(\d*)([AB])$/;

interface Row {
  text: string;
  /** What it showed before, when it was written over. */
  before?: string;
  /** Nothing has come after it yet. */
  isOpen?: boolean;
  /** The cursor has gone up from it. */
  isLeft?: boolean;
}

/** The bars that the end of a log shows. */
export interface PrintedBars {
  /** From top to bottom; not empty. */
  bars: Progress[];
  /** The cursor goes up to a line that was drawn before the log's beginning: a bar above all these. */
  isCut: boolean;
}

/**
 * The progress that the end of a log shows: of several bars, nested or beside each other, the uppermost
 * that is not finished; `null` where the last line is none.
 */
export function printedProgress(log: string): Progress | null {
  const found = printedBars(log);
  return found && unfinished(found.bars);
}

/** The uppermost bar that is not finished, else the lowest. */
export function unfinished(bars: Progress[]): Progress {
  return bars.find(({ current, total }) => total === null || current < total) ?? bars.at(-1)!;
}

/** The bars that are being drawn at the end of a log; `null` where its last line is none. */
export function printedBars(log: string): PrintedBars | null {
  if (!/[%/]| of /.test(log)) return null;
  const { rows, isCut } = activeRows(log);
  while (rows.length > 0 && rows.at(-1)!.text.trim() === "") rows.pop();
  const bars = rows.map(barOf);
  if (bars.length === 0 || bars.at(-1) === null) return null;
  return { bars: bars.filter((bar) => bar !== null), isCut };
}

function barOf({ text, before, isOpen }: Row): Progress | null {
  // More digits of a total may follow.
  const whole = isOpen && /(?:\/| of )[\d,.]+$/.test(text) ? null : readProgressBar(text, false);
  if (whole || before === undefined) return whole;
  // The end of a log may be the beginning of a bar, which then looks like a share.
  return readProgressBar(before, false) ?? readProgressBar(text, true) ??
    readProgressBar(before, true);
}

/**
 * The lines that are being drawn, as a terminal would show them: from the one that the cursor went up
 * to last, else the lowest.
 */
function activeRows(log: string): { rows: Row[]; isCut: boolean } {
  const rows = new Map<number, Row>();
  let [at, top, lowest, starts] = [0, 0, 0, true];
  for (const part of log.replaceAll("\r\n", "\n").split(MOVES)) {
    const [, count, direction] = UP_OR_DOWN.exec(part) ?? [];
    if (part === "\n") at++;
    else if (direction === "B") at += Number(count || 1);
    else if (direction === "A") {
      if (rows.has(at)) rows.get(at)!.isLeft = true;
      top = at -= Number(count || 1);
    }
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
  if (!starts) rows.get(at)!.isOpen = true;
  // Above the uppermost is nothing to go up to: where a bar has ended, the next one left that there and
  // is drawn further down.
  const active = [...rows].filter(([row, { isLeft }]) => row > top || row === top && !isLeft).sort((
    [a],
    [b],
  ) => a - b);
  return { rows: active.map(([, row]) => row), isCut: !rows.has(top) };
}
