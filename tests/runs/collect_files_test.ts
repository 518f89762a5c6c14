import assert from "node:assert/strict";
import { dirname } from "node:path";
import { collectFiles } from "../../lib/runs/run/collect_files.ts";
import { TestHome } from "../helpers/test_home.ts";

const FILES = [
  "main.py",
  "pkg/mod.py",
  "pkg/__pycache__/mod.pyc",
  "data/a.csv",
  "data/deep/b.csv",
  "notes.txt",
  ".env",
  ".git/hook.py",
  ".venv/lib/x.py",
  "myenv/pyvenv.cfg",
  "myenv/lib/y.py",
  "node_modules/z.py",
];

const TABLE: [
  what: string,
  include: string[] | undefined,
  always: string | undefined,
  sent: string[],
][] = [
  ["only code when nothing is named", undefined, undefined, ["main.py", "pkg/mod.py"]],
  ["what patterns name", ["data/*.csv"], undefined, ["data/a.csv"]],
  ["what any of them names", ["*.py", "data/**"], undefined, [
    "data/a.csv",
    "data/deep/b.csv",
    "main.py",
  ]],
  ["the script in any case", ["*.txt"], "pkg/mod.py", ["notes.txt", "pkg/mod.py"]],
  ["no hidden files, repositories and environments when all is named", ["**"], undefined, [
    "data/a.csv",
    "data/deep/b.csv",
    "main.py",
    "notes.txt",
    "pkg/mod.py",
  ]],
  ["a hidden file when it is named", [".env"], undefined, [".env"]],
];

Deno.test("what is sent to a cluster: code, or what is named, and the script", async (t) => {
  await using home = await TestHome.create();
  for (const name of FILES) {
    await Deno.mkdir(dirname(home.join(name)), { recursive: true });
    await Deno.writeTextFile(home.join(name), name);
  }
  for (const [what, include, always, sent] of TABLE) {
    await t.step(what, () => {
      const found = collectFiles(home.path, include, always);
      assert.deepEqual(found.map(({ name }) => name), sent);
      for (const { name, content } of found) {
        assert.equal(new TextDecoder().decode(content), name);
      }
    });
  }
  await t.step("an error when a pattern has nothing", () => {
    assert.throws(() => collectFiles(home.path, ["*.py", "*.parquet"]), /matches \*\.parquet/);
  });
  await t.step("an error when it is more than Ray takes", async () => {
    await Deno.truncate(home.join("data/a.csv"), 101 * 2 ** 20);
    assert.throws(() => collectFiles(home.path, ["data/*"]), /101 MB.*ray.shared_directory/);
  });
});
