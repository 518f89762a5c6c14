import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TestHome } from "../../helpers/test_home.ts";
import { PYTHON } from "../job_bench.ts";

const FOLDERS = ["warm", "supervisor"].map((wing) =>
  fileURLToPath(new URL(`../../../lib/jobs/${wing}`, import.meta.url))
);

/** What hosts import ahead, after so many runs of scripts that import these and have loaded those. */
async function learnedFrom(runs: [imports: string[], modules: string[]][]): Promise<string[]> {
  await using home = await TestHome.create();
  Deno.mkdirSync(home.join("warm"));
  const source = `import json, sys
sys.dont_write_bytecode, sys.path[:0] = True, json.loads(sys.argv[1])
from learned import Learned, modules_of
learned = Learned(sys.argv[2], sys.executable)
for imports, modules in json.loads(sys.argv[3]): learned.add_run(imports, modules)
print(json.dumps(modules_of(learned.read())))`;
  const { stdout, stderr } = await new Deno.Command(PYTHON, {
    args: ["-c", source, JSON.stringify(FOLDERS), home.path, JSON.stringify(runs)],
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  return JSON.parse(text.decode(stdout));
}

const RARE: [string[], string[]] = [["rare"], ["rare", "common"]];
const USUAL: [string[], string[]] = [["usual"], ["usual", "common"]];

for (
  const [runs, expected] of [
    [19, ["rare", "common", "usual"]],
    [20, ["usual", "common"]],
  ] as const
) {
  Deno.test(`hosts import ahead ${expected.join(", ")} when ${runs} runs of another script came last`, async () => {
    const learned = await learnedFrom([RARE, ...Array.from({ length: runs }, () => USUAL)]);
    assert.deepEqual(learned, expected);
  });
}

Deno.test("what is no name of a module is not learned, when a script has put it into its list", async () => {
  const learned = await learnedFrom([[["a"], ["a.b", "../c", "d;e", "__main__", "f-g"]]]);
  assert.deepEqual(learned, ["a.b", "__main__"]); // which preload.py passes over
});
