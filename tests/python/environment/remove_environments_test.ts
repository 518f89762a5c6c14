import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { removeUnusedEnvironments } from "../../../lib/python/environment/remove_environments.ts";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** An environment that was last used some days ago. */
async function makeEnvironment({ plan, context }: Scene, days: number) {
  const made = await plan("print(1)\n", { dependencies: [] });
  assert.equal((await runPlan(made, context.baseEnv)).stdout, "1\n");
  const python = made.run.argv[0]!;
  const folder = dirname(dirname(dirname(python)));
  const then = new Date(Date.now() - days * DAY_MS);
  Deno.utimeSync(join(folder, "ready"), then, then);
  return { python, folder };
}

async function sweep(
  { context }: Scene,
  { days, programs = [] }: { days: number; programs?: string[] },
) {
  await removeUnusedEnvironments(context.home, Date.now() - days * DAY_MS, programs);
}

Deno.test("an environment goes when no run has used it for long", () =>
  inScene(async (scene) => {
    const { folder } = await makeEnvironment(scene, 31);
    await sweep(scene, { days: 32 });
    assert.ok(exists(folder));
    await sweep(scene, { days: 30 });
    assert.deepEqual([...Deno.readDirSync(dirname(folder))], []);
  }));

Deno.test("an environment stays when a run has used it again", () =>
  inScene(async (scene) => {
    const { folder } = await makeEnvironment(scene, 31);
    assert.deepEqual((await scene.plan("print(2)\n", { dependencies: [] })).prepare, []);
    await sweep(scene, { days: 0 });
    assert.ok(exists(folder));
  }));

Deno.test("an environment stays while a job runs in it", () =>
  inScene(async (scene) => {
    const { folder, python } = await makeEnvironment(scene, 31);
    await sweep(scene, { days: 30, programs: [python] });
    assert.ok(exists(folder));
  }));

Deno.test("an environment stays while it is prepared", () =>
  inScene(async (scene) => {
    const { folder } = await makeEnvironment(scene, 31);
    using lock = Deno.openSync(join(folder, "lock"), { write: true, create: true });
    lock.lockSync(true);
    await sweep(scene, { days: 30 });
    assert.ok(exists(folder));
  }));

Deno.test("what an interrupted preparation or removal left goes as well", () =>
  inScene(async (scene) => {
    const { folder } = await makeEnvironment(scene, 31);
    Deno.renameSync(folder, join(dirname(folder), ".leaving-x"));
    const half = join(dirname(folder), "half");
    Deno.mkdirSync(half);
    const then = new Date(Date.now() - 2 * HOUR_MS);
    Deno.utimeSync(half, then, then);
    await sweep(scene, { days: 0 });
    assert.deepEqual([...Deno.readDirSync(dirname(folder))], []);
  }));
