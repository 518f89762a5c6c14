import assert from "node:assert/strict";
import { join } from "node:path";
import { holdLock } from "../../../lib/jobs/files/file_lock.ts";
import type { Draft } from "../../../lib/jobs/process/process_request.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { kill, launchers, supervisorOf } from "../kill.ts";

/** So many that who looks at a few each second finds a free one only after the tests' patience. */
const MANY = 400;
const LONG = python("import time; time.sleep(1000)");

type Kind = "call" | "background";

/** Runs jobs in the middle of a home's slots, and takes all others. */
async function fill(bench: JobBench, drafts: Draft[], kind: Kind = "background") {
  const path = (n: number) => join(bench.path, "queue", "slots", `${kind}-${n}`);
  const held = Array.from({ length: MANY / 2 }, (_, n) => holdLock(path(n)));
  for (const draft of drafts) {
    const request = bench.request(LONG, { background: kind === "background" });
    if (kind === "background") await bench.manager.start(draft, request);
    else await bench.manager.call(draft, request);
    await supervisorOf(draft.files);
  }
  for (let n = held.length; n < MANY; n++) held.push(holdLock(path(n)));
  return { [Symbol.dispose]: () => held.forEach((file) => file?.[Symbol.dispose]()) };
}

/** A job that its launcher has, and that waits. */
async function queue(bench: JobBench, background = true): Promise<Draft> {
  const draft = bench.draft(background);
  const request = bench.request(python("print(1)"), { background });
  if (background) await bench.manager.start(draft, request);
  else await bench.manager.call(draft, request);
  await waitFor(() => draft.files.acceptedBy, { what: "its acceptance" });
  return draft;
}

function ended(...drafts: Draft[]): Promise<unknown> {
  return waitFor(() => drafts.every(({ files }) => files.outcome), {
    what: "the ends of those that waited",
  });
}

Deno.test("waiting jobs look at a few slots a second when there are many", async () => {
  await using bench = await JobBench.open({ maxRunning: MANY });
  using _slots = await fill(bench, []);
  const queued = await queue(bench);
  await new Promise((resolve) => setTimeout(resolve, 200)); // it looks at all of them once
  let looks = 0;
  using watcher = Deno.watchFs(join(bench.path, "queue", "slots"));
  const counting = (async () => {
    for await (const { paths } of watcher) looks += paths.length;
  })();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  watcher.close();
  await counting;
  assert.ok(looks > 0, "the watch sees looks");
  assert.ok(looks < 100, `${looks} events in 2 s`); // some three for each look
  await bench.manager.cancel(queued.id);
});

Deno.test("a waiting job finds a free slot when nobody is left who could tell of it", async () => {
  await using bench = await JobBench.open({ maxRunning: 12 });
  const paths = Array.from({ length: 12 }, (_, n) => `${bench.path}/queue/slots/background-${n}`);
  const held = paths.map((path) => holdLock(path)!);
  const queued = await queue(bench);
  held.pop()!.close();
  await ended(queued);
  for (const file of held) file.close();
});

/** Each frees one slot of `one`; the waiting job is that of `two`. */
const FREES: Record<string, (one: JobBench, blocker: Draft) => Promise<unknown>> = {
  "a job of another server ends": (one, { id }) => one.manager.cancel(id),
  "a job ends whose launcher was killed": async (one, { id }) => {
    kill(...launchers(one.path).filter((pid) => isParent(pid, one, id)));
    await one.manager.cancel(id);
  },
  "the supervisor of another server's job is killed": async (_, { files }) => {
    kill(await supervisorOf(files));
  },
};
for (const [name, free] of Object.entries(FREES)) {
  Deno.test(`a job that waits among many slots starts soon when ${name}`, async () => {
    await using one = await JobBench.open({ maxRunning: MANY });
    await using two = await JobBench.open({ maxRunning: MANY, home: one.path });
    const blocker = one.draft();
    using _slots = await fill(one, [blocker]);
    const queued = await queue(two);
    await free(one, blocker);
    await ended(queued);
  });
}

Deno.test("all that waits at other servers starts soon when several slots become free at once", async () => {
  await using one = await JobBench.open({ maxRunning: MANY });
  await using two = await JobBench.open({ maxRunning: MANY, home: one.path });
  await using three = await JobBench.open({ maxRunning: MANY, home: one.path });
  const blockers = [one.draft(), one.draft()];
  using _slots = await fill(one, blockers);
  const queued = [await queue(two), await queue(three)];
  kill(...await Promise.all(blockers.map(({ files }) => supervisorOf(files))));
  await ended(...queued);
});

Deno.test("a call that waits among many slots starts soon when another goes to the background", async () => {
  await using one = await JobBench.open({ maxRunning: MANY });
  await using two = await JobBench.open({ maxRunning: MANY, home: one.path });
  const slow = one.draft(false);
  using _slots = await fill(one, [slow], "call");
  const queued = await queue(two, false);
  await one.manager.toBackground(slow as never);
  await ended(queued);
  await one.manager.cancel(slow.id);
});

function isParent(pid: number, { manager }: JobBench, id: string): boolean {
  const supervisor = JSON.parse(Deno.readTextFileSync(manager.files(id)!.path("started"))).pid;
  const stat = Deno.readTextFileSync(`/proc/${supervisor}/stat`).split(") ").at(-1)!;
  return Number(stat.split(" ")[1]) === pid;
}
