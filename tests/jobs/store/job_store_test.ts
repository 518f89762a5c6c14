import assert from "node:assert/strict";
import fc from "fast-check";
import { JOB_STATUSES, MAY_COME_FROM } from "../../../lib/jobs/model/job.ts";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { JobDatabase } from "../../../lib/jobs/store/job_database.ts";
import { JobStore } from "../../../lib/jobs/store/job_store.ts";

const JOB = {
  kind: "process",
  tool: "t",
  label: null,
  listed: true,
  owner: "o",
  createdAt: 1,
} as const;

function openStore(folder: string): JobStore {
  return new JobStore(new JobDatabase(openHome(folder), assert.fail));
}

async function withStore(act: (store: JobStore, folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = openStore(folder);
  try {
    act(store, folder);
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function end(status: "completed" | "failed" | "cancelled") {
  return { status, result: { status }, error: null, completedAt: 5 };
}

Deno.test("a job changes its status only when the table of transitions allows it", async () => {
  await withStore((store) => {
    for (const from of JOB_STATUSES) {
      for (const to of ["running", "completed", "failed", "cancelled"] as const) {
        const id = `${from}-${to}`;
        store.insert({ ...JOB, id });
        if (from === "running") store.markRunning(id, 2);
        else if (from !== "pending") store.end(id, end(from));
        const changed = to === "running" ? store.markRunning(id, 3) : store.end(id, end(to));
        assert.equal(changed, MAY_COME_FROM[to].includes(from), id);
        assert.equal(store.get(id)?.status, changed ? to : from, id);
      }
    }
  });
});

Deno.test("a job's first end stays when a second one comes", async () => {
  await withStore((store) => {
    store.insert({ ...JOB, id: "a" });
    assert.equal(store.end("a", end("failed")), true);
    const kept = store.get("a");
    assert.equal(store.end("a", { ...end("completed"), completedAt: 9 }), false);
    assert.deepEqual(store.get("a"), kept);
  });
});

Deno.test("counts equal the real ones when jobs change at random", async () => {
  const action = fc.tuple(
    fc.constantFrom("insert", "run", "complete", "fail", "cancel", "list", "expire", "delete"),
    fc.integer({ min: 0, max: 9 }),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), (actions) =>
      withStore((store) => {
        for (const [what, n, listed] of actions) {
          const id = String(n);
          if (what === "insert" && !store.hasId(id)) store.insert({ ...JOB, id, listed });
          if (what === "run") store.markRunning(id, 1);
          if (what === "complete") store.end(id, end("completed"));
          if (what === "fail") store.end(id, end("failed"));
          if (what === "cancel") store.end(id, end("cancelled"));
          if (what === "list") store.setListed(id);
          if (what === "expire") store.setAnswered(id, 1, false);
          if (what === "delete") store.delete([id]);
        }
        const rows = store.list({ limit: 100 });
        assert.equal(store.count(), rows.length);
        for (const status of JOB_STATUSES) {
          assert.equal(store.count(status), rows.filter((row) => row.status === status).length);
          assert.equal(store.count(status), store.list({ status, limit: 100 }).length);
        }
      })),
    { numRuns: 40 },
  );
});

Deno.test("lists give every job once, newest first, when they are read in pages", async () => {
  await withStore((store) => {
    for (let n = 0; n < 25; n++) store.insert({ ...JOB, id: String(n), listed: n % 5 !== 0 });
    const seen: string[] = [];
    let page = store.list({ limit: 7 });
    while (page.length > 0) {
      seen.push(...page.map(({ id }) => id));
      page = store.list({ limit: 7, before: page.at(-1)!.seq });
    }
    const listed = Array.from({ length: 25 }, (_, n) => n).filter((n) => n % 5 !== 0);
    assert.deepEqual(seen, listed.reverse().map(String));
  });
});

Deno.test("only one server becomes the owner when two want a dead one's job", async () => {
  await withStore((store, folder) => {
    const other = openStore(folder);
    store.insert({ ...JOB, id: "a", owner: "dead" });
    assert.deepEqual(
      [store.changeOwner("a", "dead", "one"), other.changeOwner("a", "dead", "two")],
      [true, false],
    );
    assert.equal(other.get("a")?.owner, "one");
    other.close();
  });
});

Deno.test("the place in the queue counts only jobs that wait before it", async () => {
  await withStore((store) => {
    store.insert({ ...JOB, id: "running" });
    store.markRunning("running", 1);
    store.insert({ ...JOB, id: "call", listed: false });
    store.insert({ ...JOB, id: "task", kind: "task" });
    store.insert({ ...JOB, id: "first" });
    const mine = store.insert({ ...JOB, id: "mine" });
    store.insert({ ...JOB, id: "later" });
    assert.equal(store.countWaiting(mine), 2);
  });
});

Deno.test("a new database is made once when many servers open it at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const source = `
    const { openHome } = await import(${
    JSON.stringify(import.meta.resolve("../../../lib/jobs/files/home.ts"))
  });
    const { JobDatabase } = await import(${
    JSON.stringify(import.meta.resolve("../../../lib/jobs/store/job_database.ts"))
  });
    const { JobStore } = await import(${
    JSON.stringify(import.meta.resolve("../../../lib/jobs/store/job_store.ts"))
  });
    await Deno.stdin.read(new Uint8Array(1));
    const store = new JobStore(new JobDatabase(openHome(${JSON.stringify(folder)}), console.error));
    store.insert({ ...${JSON.stringify(JOB)}, id: String(Deno.pid) });
    store.close();`;
  const children = Array.from({ length: 6 }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", source],
      stdin: "piped",
      stderr: "inherit",
    }).spawn());
  const go = children.map(async (child) => {
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    await writer.close();
    return (await child.status).code;
  });
  assert.deepEqual(await Promise.all(go), [0, 0, 0, 0, 0, 0]);
  const store = openStore(folder);
  assert.equal(store.count(), 6);
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("jobs are listed in the order of creation when the clock steps back", async () => {
  await withStore((store) => {
    const ids = [3000, 2000, 1000, 4000].map((createdAt) => {
      const id = crypto.randomUUID();
      store.insert({ ...JOB, id, createdAt });
      return id;
    });
    assert.deepEqual(store.list({ limit: 9 }).map(({ id }) => id), ids.toReversed());
    assert.deepEqual(store.unfinished().map(({ id }) => id), ids);
  });
});

Deno.test("jobs are found by a part of their label, tool or id, whatever its case", async () => {
  await withStore((store) => {
    store.insert({ ...JOB, id: "aaa-1", label: "Train model" });
    store.insert({ ...JOB, id: "bbb-2", tool: "py_benchmark_script" });
    store.insert({ ...JOB, id: "ccc-3", label: "100 % of_it" });
    const found = (text: string) => store.list({ text, limit: 10 }).map(({ id }) => id);
    assert.deepEqual(found("TRAIN"), ["aaa-1"]);
    assert.deepEqual(found("bench"), ["bbb-2"]);
    assert.deepEqual(found("cc-3"), ["ccc-3"]);
    // No character means more than itself.
    assert.deepEqual(found("%"), ["ccc-3"]);
    assert.deepEqual(found("x_i"), []);
  });
});
