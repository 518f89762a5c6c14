import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../lib/base/private_files.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { JobBench, python } from "./job_bench.ts";
import { supervisorOf } from "./kill.ts";

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
  await waitFor(() => !files.held, { what: "the end of its supervisor", timeoutMs: 5000 });
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
  await waitFor(() => !files.held, { what: "its end", timeoutMs: 5000 });
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
  await bench.manager.finishCall(call, () => true);
  await bench.manager.sweep();
  assert.equal(exists(call.files.folder), true);
  bench.manager.store.setExpiry(call.id, Date.now() - 1);
  await bench.manager.sweep();
  assert.equal(exists(call.files.folder), false);
  assert.equal(bench.manager.store.get(call.id), undefined);
});

Deno.test("a sweep removes old jobs when they ended before the days that they are kept", async () => {
  await using bench = await JobBench.open({ keepDays: 0 });
  const { id } = await bench.start(python("print(1)"));
  await bench.end(id);
  await bench.manager.sweep();
  assert.equal(bench.manager.store.get(id), undefined);
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
