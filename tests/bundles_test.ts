import assert from "node:assert/strict";
import { exists } from "../lib/base/private_files.ts";
import { deal, withoutBundles, writeBundles } from "./helpers/bundles.ts";
import { ROOT } from "./helpers/program.ts";
import { runProcess } from "./helpers/run_process.ts";
import { TestHome } from "./helpers/test_home.ts";
import { ALONE, FIRST, IN_CI } from "./order.ts";

Deno.test("tests in a bundle are those of its files, named after them", async () => {
  await using home = await TestHome.create();
  const files = ["first", "second"].map((name) => `tests/fixtures/bundled/${name}.ts`);
  const [bundle] = writeBundles(home.path, [files]);
  const { code, stdout } = await runProcess(
    [Deno.execPath(), "test", "-A", "--parallel", "--no-check", "--lock=tests/deno.lock", bundle!],
    { cwd: ROOT, env: { NO_COLOR: "1" } },
  );
  assert.equal(code, 1);
  const lines = withoutBundles(stdout).split("\n").map((line) =>
    line.replace(/ \(\d+[mµ]?s\)$/, "")
  );
  const results = lines.filter((line) => / \.\.\. (ok|FAILED|ignored)$/.test(line));
  assert.deepEqual(results, [
    "./tests/fixtures/bundled/first.ts => the first file's test passes ... ok",
    "./tests/fixtures/bundled/first.ts => the first file's test is left out ... ignored",
    "./tests/fixtures/bundled/second.ts => the second file's test fails ... FAILED",
    "./tests/fixtures/bundled/second.ts => the second file's test has steps ... one ... ok",
    "./tests/fixtures/bundled/second.ts => the second file's test has steps ... ok",
  ]);
  assert.ok(lines.includes("FAILED | 2 passed (1 step) | 1 failed | 1 ignored"), stdout);
});

Deno.test("every file is dealt out once, neighbours into different bundles", () => {
  assert.deepEqual(deal(["a", "b", "c", "d", "e"], 2), [["a", "d"], ["b", "e"], ["c"]]);
  assert.deepEqual(deal([], 2), []);
});

Deno.test("the order of tests names files that there are, each once among the first", () => {
  const first = FIRST.flat();
  assert.deepEqual(first, [...new Set(first)]);
  const named = [...first, ...Object.keys(ALONE), ...Object.keys(IN_CI)];
  for (const file of named) assert(exists(`${ROOT}${file}`), file);
});
