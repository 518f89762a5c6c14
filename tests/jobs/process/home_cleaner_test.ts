import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../../../lib/base/private_files.ts";
import { endedWithoutRun } from "../../../lib/jobs/model/job.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { SPARE } from "../../../lib/jobs/files/spare_folders.ts";
import { JobBench, PYTHON, python } from "../job_bench.ts";
import { supervisorOf } from "../kill.ts";

const ENDED = ["completed", "failed", "cancelled"] as const;

Deno.test("prune removes rows and folders together when jobs have ended", async () => {
  await using bench = await JobBench.open();
  const ended = await bench.start(python("print(1)"));
  await bench.end(ended.id);
  const running = await bench.start(python("import time; time.sleep(1000)"));
  assert.equal(await bench.manager.prune(ENDED, Date.now()), 1);
  assert.equal(bench.manager.store.get(ended.id), undefined);
  assert.equal(exists(ended.files.folder), false);
  assert.equal(exists(running.files.folder), true);
  await bench.manager.cancel(running.id);
});

Deno.test("a sweep removes a folder when its row is gone", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python("print(1)"));
  await bench.end(id);
  await waitFor(() => !files.isLocked, { what: "the end of its supervisor" });
  bench.manager.store.delete([id]); // what a prune had done when it was killed
  await bench.manager.sweep();
  assert.equal(exists(files.folder), false);
});

Deno.test("a sweep spares a folder without a row when a supervisor works in it", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python("import time; time.sleep(1000)"));
  await supervisorOf(files);
  bench.manager.store.delete([id]);
  await bench.manager.sweep();
  assert.equal(exists(files.folder), true);
  files.askToCancel();
  await waitFor(() => !files.isLocked, { what: "its end" });
  await bench.manager.sweep();
  assert.equal(exists(files.folder), false);
});

Deno.test("a row says what happened when its folder was removed", async () => {
  await using later = await JobBench.open();
  const draft = await (async () => {
    await using earlier = await JobBench.open({ home: later.path });
    return earlier.draft();
  })();
  Deno.removeSync(draft.files.folder, { recursive: true });
  const row = await later.manager.get(draft.id);
  assert.equal(row?.status, "failed");
  assert.match(row.error!, /folder was removed/);
});

Deno.test("a sweep removes a run that was answered when its files have expired", async () => {
  await using bench = await JobBench.open();
  const call = await bench.manager.call(
    bench.draft(false),
    bench.request(python("print(1)"), { background: false }),
  );
  await call.ended;
  await bench.manager.finishCall(call, () => "files");
  await bench.manager.sweep();
  assert.equal(exists(call.files.folder), true);
  bench.manager.store.setAnswered(call.id, Date.now() - 1, false);
  await bench.manager.sweep();
  assert.equal(exists(call.files.folder), false);
  assert.equal(bench.manager.store.get(call.id), undefined);
});

const DAY_MS = 24 * 3600 * 1000;

/** Does something while the clock is wrong by some days. */
async function atDay<T>(day: number, act: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + day * DAY_MS;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
}

async function endOne(bench: JobBench): Promise<string> {
  const { id, files } = bench.draft();
  files.end({ ...endedWithoutRun({}), ended_at: Date.now() / 1000 });
  await bench.end(id);
  return id;
}

function trashed(bench: JobBench): string[] {
  return [...Deno.readDirSync(join(bench.path, "trash"))].map(({ name }) => name);
}

Deno.test("a job that is old enough is in the trash for a day more before it goes", async () => {
  await using bench = await JobBench.open({ keepDays: 2 });
  const id = await atDay(0, () => endOne(bench));
  const folder = join(bench.path, "jobs", id);
  for (let day = 0; day < 2; day++) await atDay(day, () => bench.manager.sweep());
  assert(exists(folder) && bench.manager.store.get(id));
  for (let sweeps = 0; sweeps < 2; sweeps++) await atDay(2, () => bench.manager.sweep());
  assert.equal(bench.manager.store.get(id), undefined);
  assert.equal(exists(folder), false);
  assert.match(trashed(bench).join(), new RegExp(`^\\d+\\.${id}$`));
  await atDay(3, () => bench.manager.sweep());
  assert.deepEqual(trashed(bench), []);
});

for (
  const [what, days] of Object.entries({
    "runs ahead by 40 days": [40],
    "runs ahead by 40 days again and again": [40, 40, 40, 40],
    "is set back by 40 days and then right": [-40, 0],
    "says 1970 and then 2150": [-20_000, 45_000],
  })
) {
  Deno.test(`ended jobs stay when a server's clock ${what}`, async () => {
    await using bench = await JobBench.open();
    await bench.manager.sweep();
    const id = await endOne(bench);
    for (const day of [...days, 0]) await atDay(day, () => bench.manager.sweep());
    assert(exists(join(bench.path, "jobs", id)));
    const { rows } = await bench.manager.list({ limit: 9 });
    assert.deepEqual(rows.map(({ id }) => id), [id]);
  });
}

Deno.test("a job goes when a server was killed after its folder went to the trash", async () => {
  await using bench = await JobBench.open({ keepDays: 0 });
  const id = await endOne(bench);
  Deno.renameSync(join(bench.path, "jobs", id), join(bench.path, "trash", `0.${id}`));
  await bench.manager.sweep();
  assert.equal(bench.manager.store.get(id), undefined);
  assert.deepEqual(trashed(bench), [`0.${id}`]);
});

Deno.test("prune removes for good, and what is in the trash with it", async () => {
  await using bench = await JobBench.open({ keepDays: 0 });
  await endOne(bench);
  await bench.manager.sweep();
  assert.equal(trashed(bench).length, 1);
  await endOne(bench);
  await bench.manager.prune(ENDED, Date.now());
  assert.deepEqual(trashed(bench), []);
  assert.deepEqual([...Deno.readDirSync(join(bench.path, "jobs"))], []);
});

Deno.test("a folder goes to the trash when its script made it read-only", async () => {
  await using bench = await JobBench.open({ keepDays: 0 });
  const id = await endOne(bench);
  Deno.chmodSync(join(bench.path, "jobs", id), 0o500);
  await bench.manager.sweep();
  assert.equal(trashed(bench).length, 1);
});

Deno.test("a server removes jobs that ended before the days in PYTHON_MCP_KEEP_DAYS", async () => {
  await using home = await TestHome.create();
  const ids = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    const ids = {
      old: await atDay(-2.1, () => endOne(bench)),
      young: "",
    };
    await atDay(-2.1, () => bench.manager.sweep());
    await atDay(-1.9, () => bench.manager.sweep());
    ids.young = await atDay(-1.9, () => endOne(bench));
    await atDay(-0.95, () => bench.manager.sweep());
    return ids;
  })();
  await using server = await connect({ home: home.path, env: { PYTHON_MCP_KEEP_DAYS: "2" } });
  await server.call("py_list_jobs");
  await waitFor(() => !exists(home.join("jobs", ids.old!)), { what: "the sweep" });
  const { jobs } = (await server.call("py_list_jobs")).json as { jobs: { id: string }[] };
  assert.deepEqual(jobs.map(({ id }) => id), [ids.young]);
  assert.equal(exists(home.join("jobs", ids.young!)), true);
});

Deno.test("rows and folders are the same ones when a server was killed while it pruned", async () => {
  await using home = await TestHome.create();
  await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    for (let n = 0; n < 400; n++) bench.draft().files.end(endedWithoutRun({}));
  })();
  const names = () => [...Deno.readDirSync(home.join("jobs"))].map(({ name }) => name);
  const program = fileURLToPath(import.meta.resolve("../../fixtures/jobs/prune.ts"));
  const args = ["run", "-A", "--no-prompt", program, home.path];
  const pruning = new Deno.Command(Deno.execPath(), { args }).spawn();
  await waitFor(() => names().length < 400, { what: "the first removal" });
  pruning.kill("SIGKILL");
  await pruning.status;
  const left = names().length;
  assert.ok(left > 0, "it was killed in the middle");
  await using later = await JobBench.open({ home: home.path });
  const { rows } = await later.manager.list({ limit: 1000 });
  assert.ok(rows.every(({ id }) => names().includes(id)), "each row has its folder");
  await later.manager.sweep();
  assert.deepEqual(names().toSorted(), rows.map(({ id }) => id).toSorted());
});

Deno.test("a sweep removes the files of dead owners and spares those of living ones", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  await two.run(python("print(1)"));
  const dead = join(one.path, "owners", crypto.randomUUID());
  Deno.writeTextFileSync(dead, "");
  Deno.mkdirSync(join(`${dead}.1.spare`, "script"), { recursive: true });
  const left = () => [...Deno.readDirSync(join(one.path, "owners"))].map(({ name }) => name);
  await waitFor(() => left().length === 6, {
    what: "the spare folder of the server that ran a job",
  });
  await one.manager.sweep();
  assert.equal(exists(dead), false);
  assert.equal(left().length, 4);
  assert.equal(left().filter((name) => SPARE.test(name)).length, 1);
});

Deno.test("prune goes on when a folder cannot be removed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python("print(1)"));
  await bench.end(id);
  const args = ["+i", files.stdout];
  const { success } = new Deno.Command("chattr", { args, stderr: "null" }).outputSync();
  assert.equal(await bench.manager.prune(ENDED, Date.now()), 1);
  assert.equal(bench.manager.store.get(id), undefined);
  if (success) {
    new Deno.Command("chattr", { args: ["-i", files.stdout] }).outputSync();
    await bench.manager.sweep();
  }
  assert.equal(exists(files.folder), false);
});

Deno.test("a sweep says which programs run or will run", async () => {
  const told: string[][] = [];
  const swept = (programs: string[]) => Promise.resolve(void told.push(programs));
  await using bench = await JobBench.open({ swept });
  const { id } = await bench.start(python("print(1)"));
  await bench.end(id);
  await bench.manager.sweep();
  const running = await bench.start(python("import time; time.sleep(1000)"));
  await bench.manager.sweep();
  assert.deepEqual(told, [[], [PYTHON]]);
  await bench.manager.cancel(running.id);
});
