import assert from "node:assert/strict";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { begin, serve } from "../on_ray.ts";
import { noRay } from "../ray_cluster.ts";
import { Relay } from "../relay.ts";

/** How many jobs wait; Ray itself takes 0.4 s of processor time for each. */
const MANY = Number(Deno.env.get("RAY_MANY") ?? 60);
const WATCHED_MS = 8000;
const ENOUGH_MS = 60_000 + MANY * 2000;

skippableTest(
  `${MANY} jobs that wait on the cluster cost one request a second, and end with their parent`,
  noRay,
  async () => {
    const { cluster } = await begin();
    await using home = await TestHome.create();
    await using relay = await Relay.start(cluster, home);
    await using server = await serve(cluster, home, { PYTHON_MCP_RAY_ADDRESS: relay.url });
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: `
import python_mcp, time
for n in range(${MANY}):
    python_mcp.run("print(1)", run_on="ray", ray={"custom": {"nowhere": 1}})
time.sleep(3600)
`,
      use_uv: false,
      time_budget_seconds: 1,
    });
    const waiting = async () => {
      const jobs = JSON.parse((await cluster.get("api/jobs/")) ?? "[]") as { status: string }[];
      return jobs.filter(({ status }) => status === "PENDING").length;
    };
    await waitFor(async () => (await waiting()) === MANY, {
      what: `${MANY} jobs that wait`,
      timeoutMs: ENOUGH_MS,
    });
    const before = relay.answers();
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
    const perSecond = (relay.answers() - before) / (WATCHED_MS / 1000);
    assert.ok(perSecond <= 1.5, `${perSecond} requests a second`);
    await server.call("py_cancel_job", { job_id: json.job_id });
    const cancelled = async () => {
      const { json } = await server.call("py_list_jobs", { status_filter: "cancelled", limit: 1 });
      return json.total;
    };
    await waitFor(async () => (await cancelled()) === MANY + 1, {
      what: "the end of all of them",
      timeoutMs: ENOUGH_MS,
    });
  },
);
