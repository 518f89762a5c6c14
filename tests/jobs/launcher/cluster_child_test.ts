import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runProcess } from "../../helpers/run_process.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { startScript } from "../child_bench.ts";
import { JobBench } from "../job_bench.ts";

Deno.test("a job that a script wants to have on a cluster fails when its server knows none", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    `import python_mcp
job = python_mcp.run("print(1)", run_on="ray")
result = job.wait(20)
print(result.status, result.error)
for wrong in dict(run_on="slurm"), dict(run_on="ray", ray={"cpu": 1}):
    try:
        python_mcp.run("print(1)", **wrong)
    except ValueError as error:
        print(error)`,
  );
  const lines = (await bench.end(parent.id)).result.stdout.split("\n");
  assert.match(lines[0]!, /^failed .* no Ray cluster. Set PYTHON_MCP_RAY_ADDRESS$/);
  assert.match(lines[1]!, /^run_on is "local" or "ray", not 'slurm'$/);
  assert.match(lines[2]!, /^ray has cpu, and may have cpus, /);
});

const MAKE = `
import fcntl, json, os, sys
sys.path[:0] = sys.argv[2:]
import child_jobs
home, parent = sys.argv[1], "0" * 8 + "-0000" * 3 + "-" + "0" * 12
for folder in "adopt", "jobs/" + parent:
    os.makedirs(os.path.join(home, folder))
folder = os.path.join(home, "jobs", parent)
lock = open(os.path.join(folder, "lock"), "w")
fcntl.flock(lock, fcntl.LOCK_EX)
with open(os.path.join(folder, "spec.json"), "w") as file:
    json.dump({"process": {"run": {"sandbox": {"argv": ["bwrap"]}}}}, file)
try:
    child_jobs.make(home, "launcher", {"id": parent, "parent": parent, "cluster": {}})
except child_jobs.Refused as refused:
    print(refused)
`;

Deno.test("a script in a sandbox starts no job on a cluster, which has none", async () => {
  await using home = await TestHome.create();
  const wings = ["launcher", "supervisor"].map((wing) =>
    fileURLToPath(new URL(`../../../lib/jobs/${wing}`, import.meta.url))
  );
  const { stdout, stderr } = await runProcess(
    ["/usr/bin/python3", "-B", "-c", MAKE, home.path, ...wings],
  );
  assert.equal(stdout, "a cluster has no sandbox, and this script runs in one\n", stderr);
});
