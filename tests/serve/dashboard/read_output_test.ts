import assert from "node:assert/strict";
import type { JobRow } from "../../../lib/jobs/model/job.ts";
import { JobFiles } from "../../../lib/jobs/files/job_files.ts";
import { readOutput } from "../../../lib/serve/dashboard/read_output.ts";
import { TestHome } from "../../helpers/test_home.ts";

const RUNNING = { status: "running" } as JobRow;
const ENDED = { status: "completed" } as JobRow;
const PIECE = 64 * 1024;

async function withOutput(
  output: string | Uint8Array,
  check: (
    read: (row: JobRow, at?: { cursor?: number; before?: number }) => ReturnType<typeof readOutput>,
  ) => void,
): Promise<void> {
  await using home = await TestHome.create();
  const files = new JobFiles(home.path);
  Deno.writeFileSync(
    files.stdout,
    typeof output === "string" ? new TextEncoder().encode(output) : output,
  );
  check((row, at = {}) => readOutput(row, files, "stdout", at));
}

/** All lines, read from the beginning as a page would. */
function readAll(
  read: (row: JobRow, at: { cursor: number }) => ReturnType<typeof readOutput>,
): string {
  let text = "";
  for (let cursor = 0;;) {
    const piece = read(ENDED, { cursor });
    text += piece.lines;
    if (!piece.more) return text + piece.rest;
    assert(piece.cursor > cursor, "it goes on");
    cursor = piece.cursor;
  }
}

Deno.test("output is cut after its last whole line, and the rest is read again", async () => {
  await withOutput("one\ntwo\nthr", (read) => {
    const { lines, rest, cursor, more } = read(RUNNING, { cursor: 0 });
    assert.deepEqual({ lines, rest, cursor, more }, {
      lines: "one\ntwo\n",
      rest: "thr",
      cursor: 8,
      more: false,
    });
    assert.equal(read(RUNNING, { cursor }).rest, "thr");
  });
});

Deno.test("output is read completely when a line is longer than a piece", async () => {
  const text = `${"ä€".repeat(PIECE)}\nlast\n`;
  await withOutput(text, (read) => assert.equal(readAll(read), text));
});

Deno.test("output is read completely when its lines do not end where pieces do", async () => {
  const text = Array.from({ length: 20_000 }, (_, n) => `line ${n} €\n`).join("");
  await withOutput(text, (read) => assert.equal(readAll(read), text));
});

Deno.test("output keeps its place when it holds bytes that are no UTF-8", async () => {
  const bytes = new Uint8Array([0xff, 0xfe, 0x0a, 0x41, 0x0a]);
  await withOutput(bytes, (read) => {
    const { lines, cursor } = read(ENDED, { cursor: 0 });
    assert.equal(lines, "\ufffd\ufffd\nA\n");
    assert.equal(cursor, bytes.length);
  });
});

Deno.test("the end of output begins with a whole line, and what is before it joins on", async () => {
  const text = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join("");
  await withOutput(text, (read) => {
    const end = read(ENDED);
    assert.match(end.lines, /^line \d+\n/);
    const before = read(ENDED, { before: end.start });
    assert(text.endsWith(before.lines + end.lines));
    assert(before.lines.length > PIECE / 2);
  });
});

Deno.test("a character that is not complete waits while the job runs", async () => {
  await withOutput(new TextEncoder().encode("a€").subarray(0, 2), (read) => {
    assert.equal(read(RUNNING).rest, "a");
    assert.equal(read(ENDED).rest, "a\ufffd");
  });
});

/** A progress bar that redraws its line, as wide as some, for longer than a piece. */
const redrawn = (states: number) =>
  Array.from({ length: states }, (_, n) => `\r${`${n} of ${states} `.padEnd(150, "#")}`).join("");

Deno.test("a line that is redrawn is shown once when it is longer than a piece", async () => {
  const last = redrawn(1500).split("\r").at(-1)!;
  for (const end of ["", "\n", "\r\nlast\n"]) {
    await withOutput(`first\n${redrawn(1500)}${end}`, (read) => {
      assert.equal(readAll(read), `first\n${last}${end.replace("\r", "")}`);
    });
  }
});

Deno.test("the end of a line that is redrawn joins on to what is before it", async () => {
  const text = `first\n${redrawn(1500)}`;
  await withOutput(text, (read) => {
    const end = read(ENDED);
    assert.equal(end.lines + end.rest, text.split("\r").at(-1));
    let before = read(ENDED, { before: end.start });
    let lines = before.lines;
    while (before.start > 0) {
      before = read(ENDED, { before: before.start });
      lines = before.lines + lines;
    }
    assert.equal(lines, "first\n");
  });
});

Deno.test("a line that ends with a return and a newline loses nothing where pieces end", async () => {
  for (const length of [PIECE - 2, PIECE - 1, PIECE, PIECE + 1]) {
    await withOutput(`${"x".repeat(length)}\r\nlast\r\n`, (read) => {
      assert.equal(readAll(read), `${"x".repeat(length)}\nlast\n`);
    });
  }
});
