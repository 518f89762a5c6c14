import assert from "node:assert/strict";
import { connect } from "../../helpers/connect.ts";
import { withUv } from "../../helpers/run_plan.ts";
import { TestHome } from "../../helpers/test_home.ts";

Deno.test("two jobs that need the same environment prepare it once", async () => {
  await using home = await TestHome.create();
  // uv then tells what it does, so that the log shows which job had it at work.
  const env = { ...await withUv(), RUST_LOG: "uv=debug" };
  await using client = await connect({ home: home.path, env });
  const start = async () =>
    (await client.call("py_run_script_with_dependencies_async", {
      script_content: "import six\nprint(six.__name__)\n",
      dependencies: ["six"],
    })).json.job_id as string;
  const ids = await Promise.all([start(), start(), start()]);
  for (const id of ids) {
    const { json } = await client.call("py_job_status", { job_id: id, wait_seconds: 50 });
    const job = json.job as { status: string; result: { stdout: string }; error: string };
    assert.equal(job.result?.stdout, "six\n", job.error);
  }
  const logs = ids.map((id) => Deno.readTextFileSync(home.join("jobs", id, "prepare.log")));
  assert.equal(logs.filter((log) => log !== "").length, 1);
});
