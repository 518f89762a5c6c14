import assert from "node:assert/strict";
import fc from "fast-check";
import { readableText } from "../../../lib/jobs/files/readable_text.ts";

const CASES: [string, string, string][] = [
  ["colours", "\x1b[1;31mred\x1b[0m \x1b[38;5;200mpink\x1b[m", "red pink"],
  ["cursor movements", "a\x1b[2Ab\x1b[?25lc\x1b[?25h", "abc"],
  ["a window title", "\x1b]0;title\x07text", "text"],
  ["a link", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["a window title in C1 characters", "\x9d0;title\x9ctext\x84", "text"],
  ["an unfinished string sequence", "\x1b]0;title\nnext line", "\nnext line"],
  ["two-byte escapes", "\x1b(Ba\x1b7b\x1bMc", "abc"],
  ["a progress bar", " 10%\r 50%\r100%\ndone", "100%\ndone"],
  ["a shorter redrawing", "abcdef\rxy", "xycdef"],
  ["an erased line", "Downloading 100%\r\x1b[KDone", "Done"],
  ["a line erased as a whole", "abc\x1b[2K\rxy", "xy"],
  ["Windows line ends", "a\r\nb\r\n", "a\nb\n"],
  ["a return at the end of a line", "abc\r", "abc"],
  ["a spinner of backspaces", "|\b/\b-\b\\ done", "\\ done"],
  ["a backspace at the start", "\b\bab", "ab"],
  ["other control characters", "a\x00b\x07c\x0bd\x7f", "abcd"],
  ["tabs", "a\tb", "a\tb"],
  ["characters outside the first plane", "𝄞𝄞\rx", "x𝄞"],
];

for (const [what, printed, shown] of CASES) {
  Deno.test(`readable text shows what a terminal does when it meets ${what}`, () => {
    assert.equal(readableText(printed), shown);
  });
}

Deno.test("readable text is left as it is when it holds no control characters", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    // deno-lint-ignore no-control-regex
    const plain = text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
    assert.equal(readableText(plain), plain);
  }));
});

Deno.test("readable text takes no time to speak of when a megabyte is one redrawn line", () => {
  const began = performance.now();
  readableText("x".repeat(2 ** 19) + "\rab".repeat(2 ** 17));
  assert(performance.now() - began < 3000);
});
