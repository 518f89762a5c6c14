/** Terminal control sequences (ECMA-48): CSI, OSC and the other string sequences, two-byte escapes. */
const ESCAPES =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/**
 * Printed text as a person would have seen it: colours and cursor movements removed, a progress bar
 * that redraws its line with `\r` folded to what it showed last, other control characters removed.
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
  return text
    .replace(ESCAPES, "")
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map(foldReturns)
    .join("\n")
    .replace(CONTROLS, "");
}

/** What a line shows after its carriage returns: later text covers earlier text from the left. */
function foldReturns(line: string): string {
  if (!line.includes("\r")) return line;
  let shown = "";
  for (const part of line.split("\r")) shown = part + shown.slice(part.length);
  return shown;
}
