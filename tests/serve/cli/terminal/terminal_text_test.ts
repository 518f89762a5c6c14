import assert from "node:assert/strict";
import {
  oneLine,
  plainJson,
  TerminalText,
} from "../../../../lib/serve/cli/terminal/terminal_text.ts";
import { cli, cliInTerminal, startJob } from "../../../helpers/cli.ts";
import { TestHome } from "../../../helpers/test_home.ts";

/** What a terminal would obey, and what of it is to be seen. */
const ATTACKS: [printed: string, shown: string][] = [
  ["\x9d0;title\x9cafter", "after"],
  ["\x1b]0;title\x07after", "after"],
  ["\x1b]52;c;Y2F0\x1b\\after", "after"],
  ["\x90q#0\x9cafter", "after"],
  ["\x1bPq\x1b\\after", "after"],
  ["\x1b[2J\x9b2Jafter", "after"],
  ["\x1b[?1049h\x1bcafter", "after"],
  ["\x1b[6nafter", "after"],
  ["abc\u202etxt.exe", "abctxt.exe"],
  ["\u2066a\u2069b", "ab"],
  ["a\x00b\x05c\x0ed", "abcd"],
];
const HARMLESS = "\x1b[1;31mred\x1b[0m\ttab\r\x1b[K50 %\b\n進捗 ü🚀\n";

/** @param size How many bytes come at once. */
function shown(text: string, size: number): string {
  const bytes = new TextEncoder().encode(text);
  const filter = new TerminalText();
  let seen = "";
  for (let at = 0; at < bytes.length; at += size) {
    seen += new TextDecoder().decode(filter.take(bytes.subarray(at, at + size)));
  }
  return seen + new TextDecoder().decode(filter.take(new Uint8Array(), true));
}

Deno.test("a terminal gets text and colours of a log, and no command, however it is cut", () => {
  for (const size of [1, 2, 3, 7, 1000]) {
    for (const [printed, expected] of ATTACKS) {
      assert.equal(shown(`${printed}\n`, size), `${expected}\n`, JSON.stringify([printed, size]));
    }
    assert.equal(shown(HARMLESS, size), HARMLESS);
  }
});

Deno.test("a sequence that never ends takes no memory, and text after it is seen", () => {
  const text = `\x1b]0;${"x".repeat(100_000)}\x07seen`;
  assert(shown(text, 1000).endsWith("seen"));
  const began = performance.now();
  shown("\x1b]".repeat(100_000), 65_536);
  assert(performance.now() - began < 2000);
});

Deno.test("text of others on one line is nothing but text", () => {
  for (const [printed, expected] of ATTACKS) {
    assert.equal(oneLine(`a ${printed}\nb`), `a ${expected} b`);
  }
});

Deno.test("JSON on a terminal is the same value and holds no control character", () => {
  const value = ATTACKS.map(([printed]) => printed);
  assert.deepEqual(JSON.parse(plainJson(value)), value);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(plainJson(value), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
});

Deno.test("labels, errors and logs of jobs reach a terminal as text; --raw shows all", async () => {
  await using home = await TestHome.create();
  const evil = "\\x9d0;title\\x9c\\u202e";
  const id = await startJob(
    home,
    `import sys\nprint("${evil}out")\nraise ValueError("${evil}bad")`,
    "\x9d0;title\x9c\u202elabel",
  );
  await cli(home, ["jobs", "wait", id]);
  for (const args of [["jobs"], ["jobs", "show", id], ["jobs", "wait", id], ["jobs", "logs", id]]) {
    const seen = await cliInTerminal(home, args, { NO_COLOR: "1" });
    assert.match(seen, /label|out|bad/);
    assert.doesNotMatch(seen, /[\x80-\x9f\u202e]/, args.join(" "));
  }
  assert.match(
    await cliInTerminal(home, ["jobs", "logs", "--raw", id]),
    /\x9d0;title\x9c\u202eout/,
  );
  assert.match((await cli(home, ["jobs", "logs", id])).stdout, /\x9d0;title\x9c\u202eout/);
});
