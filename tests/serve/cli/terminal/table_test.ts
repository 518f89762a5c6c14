import assert from "node:assert/strict";
import { renderTable } from "../../../../lib/serve/cli/terminal/table.ts";

const COLUMNS = [{ title: "LABEL", shrinks: true }, { title: "STATUS" }];
const rows = [["plain", "a"], ["進捗の報告", "b"], ["🚀 start", "c"], ["é", "d"]];

/** Columns before the second cell, where these letters take two. */
const before = (line: string) =>
  [...line.slice(0, -1)].reduce(
    (sum, one) => sum + (/[\u3040-\u9fff]|\p{Emoji}/u.test(one) ? 2 : 1),
    0,
  );

Deno.test("a table's columns stand below each other when letters are wide", () => {
  const [, ...lines] = renderTable(COLUMNS, rows).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => before(line.normalize("NFC"))), [12, 12, 12, 12]);
});

Deno.test("a table is as narrow as the terminal when letters are wide", () => {
  const [, ...lines] = renderTable(COLUMNS, [["進捗".repeat(20), "a"]], 30).trimEnd().split("\n");
  assert(before(lines[0]!) + 1 <= 30, lines[0]);
  assert(lines[0]!.includes("…"));
});
