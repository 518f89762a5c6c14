import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists } from "../../../lib/base/private_files.ts";
import { endedWithoutRun } from "../../../lib/jobs/model/job.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
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
  await waitFor(() => !files.isLocked, { what: "the end of its supervisor", timeoutMs: 5000 });
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
  await waitFor(() => !files.isLocked, { what: "its end", timeoutMs: 5000 });
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

Deno.test("a server removes jobs that ended before the days in PYTHON_MCP_KEEP_DAYS", async () => {
  await using home = await TestHome.create();
  const day = 24 * 3600 * 1000;
  const ids = await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    const { now } = Date;
    const ids: Record<string, string> = {};
    for (const [name, age] of Object.entries({ old: 2.1, young: 1.9 })) {
      Date.now = () => now() - age * day;
      const { id, files } = bench.draft();
      ids[name] = id;
      Date.now = now;
      files.end({ ...endedWithoutRun({}), ended_at: (now() - age * day) / 1000 });
      await bench.end(id);
    }
    return ids;
  })();
  await using server = await connect({ home: home.path, env: { PYTHON_MCP_KEEP_DAYS: "2" } });
  await server.call("py_list_jobs");
  await waitFor(() => !exists(home.join("jobs", ids.old!)), { what: "the sweep", timeoutMs: 5000 });
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
  await waitFor(() => names().length < 400, { what: "the first removal", timeoutMs: 9000 });
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
  await one.manager.sweep();
  assert.equal(exists(dead), false);
  assert.equal([...Deno.readDirSync(join(one.path, "owners"))].length, 3);
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
