import { createTwoFilesPatch, OMIT_HEADERS } from "diff";

/** The lines that differ, with two around them, as `diff -U2` shows them below its file names. */
export function lineDiff(before: string, after: string): string {
  return createTwoFilesPatch("", "", before, after, undefined, undefined, {
    context: 2,
    headerOptions: OMIT_HEADERS,
  }).replace(/\n$/, "");
}
