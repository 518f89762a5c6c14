import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import { App } from "../../lib/runs/app.ts";
import type { Log } from "../../lib/runs/log.ts";
import { type PlannedRequest, planWithinBudget } from "../../lib/runs/run/plan_within_budget.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { turnOf } from "../../lib/runs/sessions/session_turns.ts";
import { JobBench, python } from "../jobs/job_bench.ts";

/** What becomes of a run that is not planned yet when its budget ends. */

const bench = await JobBench.open();
const log = { warn: (message: string) => bench.logged.push(message) } as unknown as Log;
const settings = readSettings({ PYTHON_MCP_HOME: bench.path }, log.warn);
const app = new App(settings, log, () => bench.manager);
await app.load();
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

/** Three runs whose plans take until the test says, called at once with a budget of a tenth of a second. */
const late = await Promise.all(["runs", "fails", "is cancelled"].map(async () => {
  const plan = Promise.withResolvers<PlannedRequest>();
  const draft = bench.draft(false);
  const time = { budget: 0.1, left: 0.1 };
  const answer = await planWithinBudget(app, draft, () => plan.promise, time);
  return { plan, draft, answer: answer as unknown as Record<string, unknown> };
}));

Deno.test("a run whose plan takes longer than its budget is a job that runs once it is planned", async () => {
  const { plan, draft, answer } = late[0]!;
  assert.equal(answer.job_id, draft.id);
  assert.equal(answer.status, "pending");
  assert.match(
    String(answer.message),
    /^Task exceeded 0\.1s time budget; queued in background \(pos/,
  );
  assert.equal(
    (await bench.manager.list({ limit: 9 })).rows.some(({ id }) => id === draft.id),
    true,
  );
  plan.resolve({ ...bench.request(python("print(42)")), background: false });
  const { status, result } = await bench.end(draft.id);
  assert.deepEqual([status, result.stdout], ["completed", "42\n"]);
});

Deno.test("a run whose plan fails after its budget is a failed job that says why", async () => {
  const { plan, draft } = late[1]!;
  plan.reject(new UserError("No Python 3.99 is to be had"));
  const { status, error } = await bench.end(draft.id);
  assert.deepEqual([status, error], ["failed", "No Python 3.99 is to be had"]);
});

Deno.test("a run that is cancelled before it is planned never runs", async () => {
  const { plan, draft } = late[2]!;
  assert.equal((await bench.manager.cancel(draft.id))?.row.status, "cancelled");
  const mark = `${bench.path}/ran`;
  plan.resolve(bench.request(python(`open(${JSON.stringify(mark)}, "w")`)));
  await bench.run(python("1")); // handed over after it
  assert.equal((await bench.manager.get(draft.id))?.status, "cancelled");
  assert.throws(() => Deno.statSync(mark), Deno.errors.NotFound);
});

Deno.test("a run that cannot be planned is refused in its call, whatever its budget", async () => {
  const draft = bench.draft(true);
  const fail = () => Promise.reject(new UserError("no such file"));
  await assert.rejects(planWithinBudget(app, draft, fail, { budget: 0, left: 0 }), /no such file/);
  assert.equal(await bench.manager.get(draft.id), undefined);
});

Deno.test("cells of a session are prepared in the order of their calls, those of others meanwhile", async () => {
  const order: string[] = [];
  const prepare = async (session: string, name: string, until: Promise<unknown>) => {
    using _ = await turnOf(app, session);
    await until;
    order.push(name);
  };
  const slow = Promise.withResolvers<void>();
  const both = [prepare("one", "first", slow.promise), prepare("one", "second", Promise.resolve())];
  await prepare("other", "other", Promise.resolve());
  slow.resolve();
  await Promise.all(both);
  assert.deepEqual(order, ["other", "first", "second"]);
});
