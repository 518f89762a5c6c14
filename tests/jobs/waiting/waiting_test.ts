import assert from "node:assert/strict";
import {
  answerWithinBudget,
  exceededAnswer,
} from "../../../lib/jobs/waiting/answer_within_budget.ts";
import { resolveBudget } from "../../../lib/jobs/waiting/budget.ts";
import { Watch } from "../../../lib/jobs/files/watch.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";

const never = new Promise<never>(() => {});
const answer = exceededAnswer("id", 0.02, 0);

for (
  const [what, sources, seconds] of [
    ["the call when everything says something", { call: 1, TOOL: "2", GLOBAL: "3" }, 1],
    ["the call when it is 0", { call: 0, TOOL: "2" }, 0],
    ["the tool's variable when the call says nothing", { TOOL: "2.5", GLOBAL: "3" }, 2.5],
    ["the global variable when the tool's is missing", { GLOBAL: "3" }, 3],
    ["the global variable when the tool's is no number", { TOOL: "soon", GLOBAL: "3" }, 3],
    ["the fallback when the variables are negative or empty", { TOOL: "-1", GLOBAL: "" }, 7],
  ] as [string, Record<string, string | number>, number][]
) {
  Deno.test(`a budget comes from ${what}`, () => {
    const warnings: string[] = [];
    const names: Record<string, string> = { T: "TOOL", SMART_ASYNC_TIMEOUT_SECONDS: "GLOBAL" };
    const budget = resolveBudget({
      call: sources.call as number | undefined,
      toolEnv: "T",
      fallback: 7,
      env: (name) => sources[names[name]!] as string | undefined,
      warn: (message) => warnings.push(message),
    });
    assert.equal(budget, seconds);
    assert.equal(warnings.length, ["soon", "-1"].includes(String(sources.TOOL)) ? 1 : 0);
  });
}

Deno.test("a call answers with the result when it comes within the budget", async () => {
  assert.equal(await answerWithinBudget(5, Promise.resolve(1), () => assert.fail()), 1);
});

Deno.test("a call answers with the job when the budget ends first", async () => {
  assert.deepEqual(await answerWithinBudget(0.02, never, () => Promise.resolve(answer)), {
    job_id: "id",
    status: "running",
    message: "Task exceeded 0.0s time budget; running in background",
  });
});

Deno.test("a call ends without an answer when its caller leaves", async () => {
  const caller = new AbortController();
  const answered = answerWithinBudget(60, never, () => assert.fail(), caller.signal);
  caller.abort();
  assert.equal(await answered, undefined);
  assert.equal(
    await answerWithinBudget(60, never, () => assert.fail(), AbortSignal.abort()),
    undefined,
  );
});

Deno.test("a call fails when the result does", async () => {
  await assert.rejects(
    answerWithinBudget(5, Promise.reject(new Error("broken")), () => assert.fail()),
    /broken/,
  );
});

Deno.test("an answer names the place when its job waits", () => {
  assert.deepEqual(exceededAnswer("id", 20, 3), {
    job_id: "id",
    status: "pending",
    message: "Task exceeded 20.0s time budget; queued in background (position 3)",
  });
});

Deno.test("a watch wakes its waiter when the file changes, also between two waits", async () => {
  const path = await Deno.makeTempFile();
  {
    using watch = new Watch([path]);
    Deno.writeTextFileSync(path, "x");
    assert.equal(await watch.next(60_000), true);
    assert.equal(await watch.next(1), false);
    const second = watch.next(60_000);
    Deno.writeTextFileSync(path, "xy");
    assert.equal(await second, true);
    watch.wake();
    assert.equal(await watch.next(60_000), true);
  }
  await Deno.remove(path);
});

Deno.test("a watch wakes its waiter when its signal is aborted or its time is up", async () => {
  const caller = new AbortController();
  using watch = new Watch(["/nowhere"], caller.signal);
  assert.equal(await watch.next(1), false);
  const began = performance.now();
  const waiting = watch.next(60_000);
  caller.abort();
  assert.equal(await waiting, true);
  assert.equal(await watch.next(60_000), false);
  assert.ok(performance.now() - began < 30_000);
});

Deno.test("a waiter hears of the end at once when the job is another server's", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  const { id, files } = await one.start(python(
    `import os, time\nwhile not os.path.exists('go'): time.sleep(0.002)`,
  ));
  await waitFor(() => files.hasStarted, { what: "its start" });
  const waiting = two.manager.waitForEnd(id, 30);
  await waitFor(async () => (await two.manager.get(id))?.status === "running", {
    what: "the waiter",
  });
  Deno.writeTextFileSync(`${one.path}/go`, "");
  await waitFor(() => files.outcome, { what: "its outcome" });
  const ended = performance.now();
  assert.equal((await waiting)?.status, "completed");
  assert(performance.now() - ended < 500, "the watch, not the look each second, must tell");
});

Deno.test("a waiter gets the running job when its time is up or its caller leaves", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python("import time; time.sleep(1000)"));
  await waitFor(() => files.hasStarted, { what: "its start" });
  assert.equal((await bench.manager.waitForEnd(id, 0.05))?.status, "running");
  const caller = new AbortController();
  const waiting = bench.manager.waitForEnd(id, 60, caller.signal);
  caller.abort();
  assert.equal((await waiting)?.status, "running");
  await bench.manager.cancel(id);
});
