import assert from "node:assert/strict";
import {
  createProgressCallback,
  currentJobId,
  type JobContext,
  smartAsyncWith,
} from "../../../lib/jobs/task/smart_async.ts";
import type { BackgroundAnswer } from "../../../lib/jobs/waiting/answer_within_budget.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench } from "../job_bench.ts";

type Input = { n?: number };

function smart(bench: JobBench, handler: (input: Input, context: JobContext) => unknown) {
  return smartAsyncWith(() => bench.manager, { name: "tool" }, handler);
}

async function background(
  bench: JobBench,
  handler: (input: Input, context: JobContext) => unknown,
): Promise<string> {
  const { job_id } = await smart(bench, handler)({ async_mode: true }) as BackgroundAnswer;
  return job_id;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

Deno.test("a smart function returns its result and leaves no job when it is in time", async () => {
  await using bench = await JobBench.open();
  assert.equal(await smart(bench, ({ n }) => n! * 2)({ n: 21 }), 42);
  assert.equal(bench.manager.store.count(), 0);
});

Deno.test("a smart function throws as its handler does when it is in time", async () => {
  await using bench = await JobBench.open();
  await assert.rejects(
    smart(bench, () => Promise.reject(new TypeError("broken")))({}),
    new TypeError("broken"),
  );
});

Deno.test("a smart function becomes a job when it exceeds its budget", async () => {
  await using bench = await JobBench.open();
  const { promise, resolve } = Promise.withResolvers<string>();
  const { job_id, ...rest } = await smart(bench, () => promise)({
    time_budget_seconds: 0.02,
    job_label: "slow",
  }) as BackgroundAnswer;
  assert.deepEqual(rest, {
    status: "running",
    message: "Task exceeded 0.0s time budget; running in background",
  });
  const row = await bench.manager.get(job_id);
  assert.deepEqual([row?.status, row?.label, row?.tool], ["running", "slow", "tool"]);
  resolve("done");
  assert.equal((await bench.end(job_id)).result, "done");
});

Deno.test("a smart function is a pending job at once when it is asked to be", async () => {
  await using bench = await JobBench.open();
  const started = await smart(bench, () => 1)({ async_mode: true }) as BackgroundAnswer;
  assert.equal(started.status, "pending");
  assert.equal((await bench.end(started.job_id)).status, "completed");
});

Deno.test("a job fails with the first line of the error when its handler throws", async () => {
  await using bench = await JobBench.open();
  const row = await bench.end(
    await background(bench, () => {
      throw new Error("broken\nin two lines");
    }),
  );
  assert.deepEqual([row.status, row.error], ["failed", "broken"]);
});

Deno.test("another server sees the progress when a handler reports it", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  const id = await background(one, async (_, { signal }) => {
    createProgressCallback()(3, 10, "third");
    await untilAborted(signal);
  });
  await waitFor(async () => (await two.manager.get(id))?.progress?.current === 3, {
    what: "the progress",
  });
  assert.deepEqual((await two.manager.get(id))?.progress, {
    current: 3,
    total: 10,
    message: "third",
  });
  await two.manager.cancel(id);
});

Deno.test("a handler knows its job and others know none when several run at once", async () => {
  await using bench = await JobBench.open();
  const seen: Record<string, string | undefined> = {};
  const note = async (_: Input, { jobId }: JobContext) => {
    await Promise.resolve();
    seen[jobId] = currentJobId();
  };
  const ids = await Promise.all([background(bench, note), background(bench, note)]);
  for (const id of ids) await bench.end(id);
  assert.deepEqual(seen, Object.fromEntries(ids.map((id) => [id, id])));
  assert.equal(currentJobId(), undefined);
});

Deno.test("a handler's signal is aborted when another server cancels its job", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  const aborted = Promise.withResolvers<number>();
  const id = await background(one, async (_, { signal }) => {
    await untilAborted(signal);
    aborted.resolve(performance.now());
    return "late";
  });
  const began = performance.now();
  const cancelled = await two.manager.cancel(id);
  assert(await aborted.promise - began < 1000);
  assert.deepEqual([cancelled?.row.status, cancelled?.row.result], ["cancelled", null]);
});

Deno.test("a job is cancelled and its late result dropped when its handler ignores the signal", async () => {
  await using bench = await JobBench.open();
  const late = Promise.withResolvers<string>();
  const id = await background(bench, () => late.promise);
  const cancelled = await bench.manager.cancel(id);
  assert.equal(cancelled?.row.status, "cancelled");
  late.resolve("late");
  await late.promise;
  assert.equal((await bench.end(id)).result, null);
});

Deno.test("a task is cancelled, and another ends with its result, when their folders were removed", async () => {
  await using bench = await JobBench.open();
  const { promise, resolve } = Promise.withResolvers<string>();
  const ends = await background(bench, () => promise);
  const runs = await background(bench, (_, { signal }) => untilAborted(signal));
  for (const id of [ends, runs]) {
    Deno.removeSync(bench.manager.files(id)!.folder, { recursive: true });
  }
  resolve("done");
  assert.equal((await bench.end(ends)).result, "done");
  assert.equal((await bench.manager.cancel(runs))?.row.status, "cancelled");
});

Deno.test("a job fails with the reason when the process that runs it is killed", async () => {
  await using bench = await JobBench.open();
  const source = `
    const { JobBench } = await import(${JSON.stringify(import.meta.resolve("../job_bench.ts"))});
    const { smartAsyncWith } = await import(${
    JSON.stringify(import.meta.resolve("../../../lib/jobs/task/smart_async.ts"))
  });
    const bench = await JobBench.open({ home: ${JSON.stringify(bench.path)} });
    const tool = smartAsyncWith(() => bench.manager, {}, () => new Promise(() => {}));
    console.log((await tool({ async_mode: true })).job_id);`;
  const owner = new Deno.Command(Deno.execPath(), { args: ["eval", source], stdout: "piped" })
    .spawn();
  const reader = owner.stdout.getReader();
  const id = new TextDecoder().decode((await reader.read()).value).trim();
  await waitFor(async () => (await bench.manager.get(id))?.status === "running", {
    what: "the job",
  });
  owner.kill("SIGKILL");
  await owner.status;
  await reader.cancel();
  const row = await bench.end(id);
  assert.deepEqual([row.status, row.error], [
    "failed",
    "The server process that ran this job ended",
  ]);
});

Deno.test("a job fails with the reason when its manager is closed", async () => {
  await using other = await JobBench.open();
  const id = await (async () => {
    await using bench = await JobBench.open({ home: other.path });
    return await background(bench, (_, { signal }) => untilAborted(signal));
  })();
  assert.equal((await other.manager.get(id))?.status, "failed");
});
