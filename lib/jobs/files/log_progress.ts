import type { Progress } from "../model/job.ts";
import { logSize, readEnd } from "./output_log.ts";
import { printedBars, unfinished } from "./printed_progress.ts";

/** How much of the end of a log is looked at, in bytes: several bars, drawn again and again. */
const LOOKED_AT_BYTES = 32 * 1024;
/** How far back a bar is looked for above those: one that stays while others below it are drawn. */
const FURTHEST_BYTES = 8 * 1024 * 1024;
/** Where a longer look begins, a bar may be half in what was looked at before. */
const LONGEST_BAR_BYTES = 1024;
const REMEMBERED_LOGS = 100;

interface BarAbove {
  /** Found in so much of the log. */
  size: number;
  bar: Progress | undefined;
}

/** By the log's path; a look back costs much more than another look at what is new. */
const remembered = new Map<string, BarAbove>();

/**
 * The progress that a log shows now; `null` where it does not end with a bar. Of nested bars it is the
 * outermost's, also when that was drawn long ago.
 */
export function logProgress(path: string): Progress | null {
  const size = logSize(path);
  const found = printedBars(lastLines(path, size, LOOKED_AT_BYTES));
  if (!found) return null;
  const above = found.isCut ? barAbove(path, size) : undefined;
  return unfinished(above ? [above, ...found.bars] : found.bars);
}

function barAbove(path: string, size: number): Progress | undefined {
  const before = remembered.get(path);
  const known = before && before.size <= size ? before : undefined;
  const furthest = Math.min(size - (known?.size ?? 0) + LONGEST_BAR_BYTES, FURTHEST_BYTES);
  let bar = known?.bar;
  for (let bytes = LOOKED_AT_BYTES; bytes < furthest;) {
    bytes = Math.min(bytes * 8, furthest);
    const found = printedBars(lastLines(path, size, bytes));
    if (found?.isCut) continue;
    bar = found?.bars[0] ?? bar;
    break;
  }
  remembered.delete(path);
  remembered.set(path, { size, bar });
  if (remembered.size > REMEMBERED_LOGS) remembered.delete(remembered.keys().next().value!);
  return bar;
}

/** The end of a log without the line that it begins in: half a move of the cursor would be text. */
function lastLines(path: string, size: number, bytes: number): string {
  const text = readEnd(path, bytes);
  return bytes >= size ? text : text.slice(Math.max(0, text.search(/[\r\n]/)));
}
