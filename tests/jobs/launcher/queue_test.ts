import assert from "node:assert/strict";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import type { Draft } from "../../../lib/jobs/process/process_request.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { kill, supervisorOf } from "../kill.ts";

const LONG = python("import time; time.sleep(1000)");
/** Says in one file when it runs and when not, with its own name. */
const LOGS = "import os, sys, time\n" +
  "def say(what):\n" +
  "    with open(sys.argv[1], 'a') as f: f.write(what + ' ' + sys.argv[2] + '\\n')\n" +
  "say('begin'); time.sleep(float(sys.argv[3])); say('end')";

function running(bench: JobBench, id: string): Promise<unknown> {
  return waitFor(async () => (await bench.manager.get(id))?.status === "running", {
    what: `the start of ${id}`,
  });
}

function events(path: string): string[][] {
  return (readIfThere(path) ?? "").trim().split("\n").map((line) => line.split(" "));
}

Deno.test("two managers keep to one limit when both start jobs of a home", async () => {
  await using one = await JobBench.open({ maxRunning: 2 });
  await using two = await JobBench.open({ maxRunning: 2, home: one.path });
  const log = `${one.path}/log`;
  const jobs = [];
  for (let n = 0; n < 8; n++) {
    jobs.push(await [one, two][n % 2]!.start(python(LOGS, log, String(n), "0.1")));
  }
  for (const { id } of jobs) assert.equal((await one.end(id)).status, "completed");
  let now = 0, most = 0;
  for (const [what] of events(log)) most = Math.max(most, what === "begin" ? ++now : --now);
  assert.equal(most, 2);
});

Deno.test("jobs start in order of creation when they wait at two managers", async () => {
  await using one = await JobBench.open({ maxRunning: 1 });
  await using two = await JobBench.open({ maxRunning: 1, home: one.path });
  const log = `${one.path}/log`;
  const blocker = await one.start(LONG);
  await running(one, blocker.id);
  const jobs: Draft[] = [];
  for (let n = 0; n < 8; n++) {
    jobs.push(await [one, two][n % 2]!.start(python(LOGS, log, String(n), "0")));
  }
  await waitFor(() => jobs.every(({ files }) => files.acceptedBy), {
    what: "the launchers to have all of them",
  });
  await one.manager.cancel(blocker.id);
  for (const { id } of jobs) await one.end(id);
  const order = events(log).filter(([what]) => what === "begin").map(([, name]) => name);
  assert.deepEqual(order, ["0", "1", "2", "3", "4", "5", "6", "7"]);
});

Deno.test("a queued job ends unstarted when another manager cancels it", async () => {
  await using one = await JobBench.open({ maxRunning: 1 });
  await using two = await JobBench.open({ maxRunning: 1, home: one.path });
  const blocker = await one.start(LONG);
  await running(one, blocker.id);
  const queued = await one.start(LONG);
  const cancelled = await two.manager.cancel(queued.id);
  assert.equal(cancelled?.row.status, "cancelled");
  assert.equal((await one.manager.get(queued.id))?.status, "cancelled");
  await one.manager.cancel(blocker.id);
  assert.equal(queued.files.hasStarted, false);
});

Deno.test("a call runs at once when the house is full of background jobs", async () => {
  await using bench = await JobBench.open({ maxRunning: 2 });
  const jobs = [];
  for (let n = 0; n < 4; n++) jobs.push(await bench.start(LONG));
  const draft = bench.draft(false);
  const call = await bench.manager.call(
    draft,
    bench.request(python("print('quick')"), { background: false }),
  );
  await call.ended;
  const { result } = await bench.manager.finishCall(call, () => "nothing");
  assert.equal((result as { stdout: string }).stdout, "quick\n");
  await waitFor(() => !exists(draft.files.folder), { what: "its removal" });
  for (const { id } of jobs) await bench.manager.cancel(id);
});

Deno.test("a call says its place when its budget ends in the queue", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const blocker = await bench.start(LONG);
  await running(bench, blocker.id);
  const waiting = [await bench.start(LONG), await bench.start(LONG)];
  const first = await bench.manager.call(
    bench.draft(false),
    bench.request(LONG, { background: false }),
  );
  await waitFor(() => first.files.hasStarted, { what: "the first call" });
  const second = await bench.manager.call(
    bench.draft(false),
    bench.request(LONG, { background: false }),
  );
  assert.equal(await bench.manager.toBackground(second), 3);
  assert.equal((await bench.manager.get(second.id))?.status, "pending");
  assert.equal(await bench.manager.toBackground(first), 0);
  assert.equal((await bench.manager.get(first.id))?.status, "running");
  for (const { id } of [...waiting, second, first, blocker]) await bench.manager.cancel(id);
});

Deno.test("a call gives its slot back when it overran and a background slot is free", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const slow = await bench.manager.call(
    bench.draft(false),
    bench.request(LONG, { background: false }),
  );
  await waitFor(() => slow.files.hasStarted, { what: "the slow call" });
  await bench.manager.toBackground(slow);
  const next = await bench.manager.call(
    bench.draft(false),
    bench.request(python("print(1)"), { background: false }),
  );
  await next.ended;
  await bench.manager.finishCall(next, () => "nothing");
  const background = await bench.start(LONG);
  assert.equal((await bench.manager.get(background.id))?.status, "pending");
  await bench.manager.cancel(slow.id);
  await running(bench, background.id);
  await bench.manager.cancel(background.id);
});

Deno.test("a queued job starts when the supervisor of the running one is killed", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const blocker = await bench.start(LONG);
  const supervisor = await supervisorOf(blocker.files);
  const queued = await bench.start(python("print(1)"));
  await waitFor(() => queued.files.acceptedBy, { what: "its acceptance" });
  assert.equal(queued.files.hasStarted, false);
  kill(supervisor);
  assert.equal((await bench.end(queued.id)).status, "completed");
  assert.equal((await bench.end(blocker.id)).status, "failed");
});

Deno.test("jobs keep their order when the clock steps back", async () => {
  await using bench = await JobBench.open();
  const { store } = bench.manager;
  const job = { kind: "task", tool: "t", label: null, listed: true, owner: "o" } as const;
  store.insert({ ...job, id: "later", createdAt: 2000 });
  store.insert({ ...job, id: "earlier by the clock", createdAt: 1000 });
  assert.deepEqual(store.list({ limit: 9 }).map(({ id }) => id), ["earlier by the clock", "later"]);
});
