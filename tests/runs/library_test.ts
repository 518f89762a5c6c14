import assert from "node:assert/strict";
import { openHome } from "../../lib/jobs/files/home.ts";
import { JobDatabase } from "../../lib/jobs/store/job_database.ts";
import { JobStore } from "../../lib/jobs/store/job_store.ts";
import { TestHome } from "../helpers/test_home.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;
const DAY_MS = 24 * 3600 * 1000;
const USE_LIBRARY = `
  import { initializeState, listJobs } from ${JSON.stringify(MAIN)};
  const state = initializeState();
  await listJobs();
  await state.close();
`;

/** How many jobs the library leaves of one that ended 40 days ago. */
async function leftOfOldJob(env: Record<string, string>): Promise<number> {
  await using home = await TestHome.create();
  const openStore = () => new JobStore(new JobDatabase(openHome(home.path), assert.fail));
  const then = Date.now() - 40 * DAY_MS;
  const store = openStore();
  const job = { id: crypto.randomUUID(), kind: "task", tool: "t", label: null } as const;
  const end = { status: "completed", result: 1, error: null, completedAt: then } as const;
  store.insert({ ...job, listed: true, owner: "gone", createdAt: then });
  store.retention.passTime(then);
  store.end(job.id, end);
  // The home was in use meanwhile.
  for (let day = 1; day <= 40; day++) store.retention.passTime(then + day * DAY_MS);
  store.close();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", USE_LIBRARY],
    env: { PYTHON_MCP_HOME: home.path, ...env },
    stderr: "inherit",
  }).output();
  assert.ok(success);
  const later = openStore();
  const left = later.count();
  later.close();
  return left;
}

Deno.test("the library removes an old job when nothing says how long jobs stay", async () => {
  assert.equal(await leftOfOldJob({}), 0);
});

Deno.test("the library keeps an old job when PYTHON_MCP_KEEP_DAYS says so", async () => {
  assert.equal(await leftOfOldJob({ PYTHON_MCP_KEEP_DAYS: "365" }), 1);
});
