import assert from "node:assert/strict";
import { join } from "node:path";
import { HOME_FOLDERS } from "../../../lib/jobs/files/names.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { SPARE } from "../../../lib/jobs/files/spare_folders.ts";
import { JobBench, python } from "../job_bench.ts";
import { supervisorOf, untilGone } from "../kill.ts";

const SLEEPS = "import time; time.sleep(600)";

const home = await TestHome.create();
const path = home.join("home");
const bench = await JobBench.open({ home: path });
Deno.test.afterAll(async () => {
  await bench.close();
  await home[Symbol.asyncDispose]();
});

const PARTS = ["", ...Object.values(HOME_FOLDERS).filter((name) => !name.includes("/"))];
for (const part of PARTS) {
  Deno.test(`a server goes on when ${part || "its whole home"} was removed`, async () => {
    await bench.run(python("print(1)"));
    Deno.removeSync(join(path, part), { recursive: true });
    const { id, result } = await bench.run(python("print(2)"));
    assert.equal(result.stdout, "2\n");
    const { rows } = await bench.manager.list({ limit: 9 });
    assert(rows.some((row) => row.id === id));
    await bench.manager.sweep();
    assert.equal((await bench.manager.get(id))?.status, "completed");
  });
}

Deno.test("a server is seen to live once its home was made anew", async () => {
  const owners = () =>
    [...Deno.readDirSync(join(path, "owners"))].filter(({ name }) => !SPARE.test(name)).length;
  await bench.run(python("print(1)"));
  Deno.removeSync(path, { recursive: true });
  const { id } = await bench.run(python("print(2)"));
  await using other = await JobBench.open({ home: path });
  await other.manager.sweep();
  assert.equal(owners(), 3); // two servers and the new launcher
  assert.equal((await other.manager.get(id))?.status, "completed");
});

Deno.test("jobs that ran and waited are stopped, and their server knows none, when its home was removed", async () => {
  await using small = await JobBench.open({ home: home.join("small"), maxRunning: 1 });
  const running = await small.start(python(SLEEPS));
  const supervisor = await supervisorOf(running.files);
  const queued = await small.start(python(SLEEPS));
  const call = await small.manager.call(
    small.draft(false),
    small.request(python(SLEEPS), { background: false }),
  );
  await supervisorOf(call.files);
  Deno.removeSync(small.path, { recursive: true });
  await untilGone(supervisor);
  await call.ended;
  await assert.rejects(
    small.manager.finishCall(call, () => "nothing"),
    /folder .* was removed while it ran/,
  );
  for (const { id } of [running, queued]) assert.equal(await small.manager.get(id), undefined);
  assert.equal((await small.run(python("print(1)"))).status, "completed");
  const isAll = () => home.processes().filter(({ command }) => command.includes("sleep(600)"));
  await waitFor(() => isAll().length === 0, { what: "the end of scripts" });
});
