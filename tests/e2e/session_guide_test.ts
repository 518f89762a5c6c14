import assert from "node:assert/strict";
import { connect, type ToolResult } from "../helpers/connect.ts";
import { docBlocks, readDocument } from "../helpers/doc_blocks.ts";
import { ROOT } from "../helpers/program.ts";
import { withUv } from "../helpers/run_plan.ts";
import { runProcess } from "../helpers/run_process.ts";
import { endSessions } from "../helpers/sessions.ts";
import { TestHome } from "../helpers/test_home.ts";

type Check = (answer: ToolResult, folder: string) => void;

/** What the calls of the guide bring, in their order. */
const ANSWERS: [what: string, check: Check][] = [
  ["load the table", ({ json }) => {
    assert.equal(json.result, "(20000, 3)");
    assert.match(json.note as string, /pandas/);
  }],
  ["ask for means", ({ json }) => assert.match(json.result as string, /\nLima +19\.\d\n/)],
  ["ask by month", ({ json }) => assert.match(json.result as string, /\n12 +\d/)],
  ["ask what varies most", ({ json }) => assert.equal(json.result, "'Oslo'")],
  ["plot", ({ content }) => assert.equal(content.filter(({ type }) => type === "image").length, 1)],
  ["count", ({ json }) => assert(Number(json.result) > 0, JSON.stringify(json))],
  ["save the notebook", ({ json }, folder) => {
    assert.deepEqual(json, { written: true, path: `${folder}/readings.ipynb`, cells: 6 });
  }],
  ["end the session", ({ json }) => assert.match(json.message as string, /^Ended/)],
  ["bring it back", ({ json }) => assert.match(json.message as string, /all 6 cells/)],
];

Deno.test("the guide to sessions does what it says", async (t) => {
  await using home = await TestHome.create();
  const env = { ...await withUv(), PY_SESSION_END_TIMEOUT: "180" };
  const make = ["python3", `${ROOT}examples/recipes/readings.py`, "readings.csv", "20000"];
  assert.equal((await runProcess(make, { cwd: home.path })).code, 0);
  await using server = await connect({ home: home.join("home"), cwd: home.path, env });
  const calls = docBlocks(readDocument("docs/guides/sessions.md"))
    .filter(({ language }) => language === "json").map(({ text }) => JSON.parse(text));
  assert.equal(calls.length, ANSWERS.length);
  try {
    for (const [at, [what, check]] of ANSWERS.entries()) {
      await t.step(what, async () => {
        const { name, arguments: input } = calls[at];
        const budget = name === "py_session_run" ? { time_budget_seconds: 180 } : {};
        const answer = await server.call(name, { ...input, ...budget });
        assert.equal(answer.json.error, undefined);
        check(answer, home.path);
      });
    }
  } finally {
    await endSessions(server);
  }
});
