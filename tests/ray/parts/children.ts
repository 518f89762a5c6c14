import assert from "node:assert/strict";
import { skippableTest } from "../../helpers/skippable.ts";
import { begin } from "../on_ray.ts";
import { noRay } from "../ray_cluster.ts";

skippableTest(
  "a script here starts jobs on the cluster, waits for them and cancels one",
  noRay,
  async () => {
    const { home, server } = await begin();
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: `
import time, python_mcp
source = "import os, sys; print(int(sys.argv[1]) ** 2, os.environ['KEY'], sys.stdin.read())"
jobs = [
    python_mcp.run(source, [str(n)], env={"KEY": "k%d" % n}, stdin="in", run_on="ray", ray={"cpus": 0.5})
    for n in (2, 3)
]
long = python_mcp.run("import time; time.sleep(600)", run_on="ray", label="long")
bad = python_mcp.run("import sys; sys.exit('no')", run_on="ray")
for job in jobs:
    result = job.wait(100)
    print(result.status, result.stdout.strip(), result.error)
while long.status != "running":
    time.sleep(0.1)
print(long.cancel(), bad.wait().error)
try:
    python_mcp.run("1", run_on="ray", ray={"cpu": 1})
except ValueError as error:
    print(error)
`,
      use_uv: false,
      time_budget_seconds: 200,
    });
    const [first, second, ...rest] = String(json.stdout).split("\n");
    assert.deepEqual(
      [first, second],
      ["completed 4 k2 in None", "completed 9 k3 in None"],
      JSON.stringify(json),
    );
    assert.equal(rest[0], "cancelled no");
    assert.match(rest[1]!, /^ray has cpu, and may have cpus/);
    const { jobs } = (await server.call("py_list_jobs")).json as {
      jobs: Record<string, unknown>[];
    };
    const long = jobs.find(({ label }) => label === "long");
    assert.equal(long?.tool, "python_mcp.run");
    assert.equal(long?.status, "cancelled");
  },
);
