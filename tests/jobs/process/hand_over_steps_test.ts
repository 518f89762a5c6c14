import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { holdLock } from "../../../lib/jobs/files/file_lock.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { kill, launchers } from "../kill.ts";

/** A job as a killed server left it, after some of the steps of its hand-over. */
async function leave(
  bench: JobBench,
  steps: { folder?: boolean; spec?: boolean; accepted?: boolean; started?: boolean },
  { listed = true }: { listed?: boolean } = {},
): Promise<{ id: string; runs: () => number }> {
  const script = python("open('ran', 'a').write('x')");
  const template = await bench.start(script);
  await bench.end(template.id);
  Deno.removeSync(join(bench.path, "ran"));
  const spec = template.files.spec!;
  const id = crypto.randomUUID();
  const dead = crypto.randomUUID();
  const order = bench.manager.store.insert({
    id,
    kind: "process",
    tool: "test",
    label: null,
    listed,
    owner: dead,
    createdAt: Date.now(),
  });
  const files = bench.manager.files(id)!;
  if (steps.folder) files.create();
  if (steps.spec) {
    files.spec = { ...spec, process: { ...spec.process, id, dir: files.folder, order } };
  }
  if (steps.accepted) Deno.writeTextFileSync(files.path("accepted"), dead);
  if (steps.started) {
    Deno.writeTextFileSync(files.path("started"), '{"at": 1, "pid": 1, "born": "x"}');
  }
  const ran = join(bench.path, "ran");
  return { id, runs: () => exists(ran) ? Deno.readTextFileSync(ran).length : 0 };
}

Deno.test("a listed job is failed when its server died before it had a folder", async () => {
  await using bench = await JobBench.open();
  const { id } = await leave(bench, {});
  assert.equal((await bench.manager.get(id))?.status, "failed");
});

Deno.test("a listed job is failed when its server died before it had a spec", async () => {
  await using bench = await JobBench.open();
  const { id } = await leave(bench, { folder: true });
  const row = await bench.manager.get(id);
  assert.equal(row?.status, "failed");
  assert.match(row.error!, /ended before it could/);
  // What was kept for its outcome is used.
  assert.equal(exists(bench.manager.files(id)!.path("outcome.json.new")), false);
});

Deno.test("a call leaves nothing when its server died before it had a spec", async () => {
  await using bench = await JobBench.open();
  const { id } = await leave(bench, { folder: true }, { listed: false });
  await bench.manager.get(id);
  assert.equal(bench.manager.store.get(id), undefined);
  await waitFor(() => !exists(bench.manager.files(id)!.folder), { what: "the end of its folder" });
});

for (const accepted of [false, true]) {
  Deno.test(`a job runs once when its server died and two ask, ${accepted ? "" : "not "}accepted`, async () => {
    await using one = await JobBench.open();
    await using two = await JobBench.open({ home: one.path });
    const { id, runs } = await leave(one, { folder: true, spec: true, accepted });
    const [a, b] = await Promise.all([one.end(id), two.end(id)]);
    assert.equal(a.status, "completed");
    assert.deepEqual(a, b);
    assert.equal(runs(), 1);
  });
}

Deno.test("a job is not started again when it had started and everything died", async () => {
  await using bench = await JobBench.open();
  const { id, runs } = await leave(bench, {
    folder: true,
    spec: true,
    accepted: true,
    started: true,
  });
  const row = await bench.end(id);
  assert.equal(row.status, "failed");
  assert.match(row.error!, /supervisor was killed/);
  assert.equal(runs(), 0);
});

Deno.test("a job is settled from its outcome when its server died before it could", async () => {
  await using bench = await JobBench.open();
  const { id } = await leave(bench, { folder: true, spec: true, accepted: true, started: true });
  const files = bench.manager.files(id)!;
  const ended = bench.manager.store.list({ limit: 9 }).find((row) => row.id !== id)!;
  files.end(bench.manager.files(ended.id)!.outcome!);
  assert.equal((await bench.manager.get(id))?.status, "completed");
});

Deno.test("a job starts later when another process looks at its lock at that moment", async () => {
  await using bench = await JobBench.open();
  const draft = bench.draft();
  {
    using _lock = holdLock(draft.files.lock)!;
    await bench.manager.start(draft, bench.request(python("print(1)")));
    await waitFor(() => draft.files.acceptedBy, { what: "its acceptance" });
    assert.equal((await bench.run(python("print(2)"), { background: false })).status, "completed");
    assert.equal(draft.files.hasStarted, false);
  }
  assert.equal((await bench.end(draft.id)).status, "completed");
});

Deno.test("a job runs once when it is handed over while its launcher is killed", async () => {
  await using bench = await JobBench.open();
  await bench.run(python("print(1)"));
  for (let round = 0; round < 10; round++) {
    const starts = [0, 1, 2].map((n) =>
      bench.start(
        python("open(__import__('sys').argv[1], 'a').write('x')", `${bench.path}/${round}-${n}`),
      )
    );
    kill(...launchers(bench.path));
    for (const { id } of await Promise.all(starts)) {
      const { status, error } = await bench.end(id);
      assert.equal(status, "completed", error ?? "");
    }
    for (const n of [0, 1, 2]) {
      assert.equal(Deno.readTextFileSync(`${bench.path}/${round}-${n}`), "x");
    }
  }
});
