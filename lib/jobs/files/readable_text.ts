/** Control sequences (ECMA-48): CSI, OSC and the other string sequences, two-byte escapes. */
const ESCAPES =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?/g;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
/** Whether there is anything to be done at all: most of what is printed is plain. */
// deno-lint-ignore no-control-regex
const ANY = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
/** What moves within a line: return, backspace, and erasures, kept apart until lines are drawn. */
// deno-lint-ignore no-control-regex
const MOVES = /[\r\b]|\x1b\[[0-2]?K/;
const SPLIT_AT_MOVES = new RegExp(`(${MOVES.source})`);

/**
 * Printed text as a person would have seen it: colours removed, a progress bar that redraws its line
 * with `\r`, backspaces or erasures folded to what it showed last, other control characters removed.
 *
 * @example
 * ```ts
 * import { readableText } from "./readable_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readableText("\x1b[31mred\x1b[0m\n 10%\r100%\n"), "red\n100%\n");
 * ```
 */
export function readableText(text: string): string {
  if (!ANY.test(text)) return text;
  return text.replaceAll("\r\n", "\n").split("\n").map(draw).join("\n");
}

function draw(line: string): string {
  if (!MOVES.test(line)) return plain(line);
  const cells: string[] = [];
  let at = 0;
  for (const part of line.split(SPLIT_AT_MOVES)) {
    if (part === "\r") at = 0;
    else if (part === "\b") at = Math.max(0, at - 1);
    else if (part === "\x1b[K" || part === "\x1b[0K") cells.length = Math.min(at, cells.length);
    else if (part === "\x1b[1K") cells.fill(" ", 0, at + 1);
    else if (part === "\x1b[2K") cells.length = 0;
    else if (part !== "") {
      while (cells.length < at) cells.push(" "); // the line was erased left of here
      for (const character of plain(part)) cells[at++] = character;
    }
  }
  return cells.join("");
}

function plain(text: string): string {
  return text.replace(ESCAPES, "").replace(CONTROLS, "");
}
