import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connect, type Connection } from "../helpers/connect.ts";
import { MAIN } from "../helpers/program.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/jobs_from_a_script.py", import.meta.url));

interface Job {
  id: string;
  label: string;
  status: string;
  parent_id?: string;
  progress: unknown;
  command: string;
  result: { stdout: string; stderr: string };
}

async function jobs(server: Connection): Promise<Job[]> {
  return (await server.call("py_list_jobs")).json.jobs as Job[];
}

async function job(server: Connection, job_id: unknown, wait_seconds = 0): Promise<Job> {
  return (await server.call("py_job_status", { job_id, wait_seconds })).json.job as Job;
}

Deno.test("the example's jobs show at every server with their parent, one running at a time", async () => {
  await using home = await TestHome.prepared();
  const env = { PYTHON_MCP_MAX_RUNNING: "1" };
  await using one = await connect({ home: home.path, env });
  await using other = await connect({ home: home.path, env });
  const { json } = await one.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_path: EXAMPLE,
    use_uv: false,
  });
  const { result } = await job(one, json.job_id, 50);
  assert.equal(result.stderr, "");
  assert.equal(result.stdout, "2262 primes below 20000\n");
  for (const server of [one, other]) {
    const parts = (await jobs(server)).filter(({ parent_id }) => parent_id === json.job_id);
    assert.deepEqual(parts.map(({ label, status }) => [label, status]), [
      ["primes, part 4", "completed"],
      ["primes, part 3", "completed"],
      ["primes, part 2", "completed"],
      ["primes, part 1", "completed"],
    ]);
    assert.match(parts[3]!.command, /jobs_from_a_script\.py 0 5000 in /);
    assert.deepEqual(parts[3]!.progress, {
      current: 5_000,
      total: 5_000,
      message: "669 primes",
    });
    assert.equal((await job(server, parts[3]!.id)).result.stdout, "669\n");
  }
});

Deno.test("a client cancels a job's children with it, from another server", async () => {
  await using home = await TestHome.prepared();
  await using one = await connect({ home: home.path });
  await using other = await connect({ home: home.path });
  const { json } = await one.call("py_run_script_in_dir", {
    directory: home.path,
    use_uv: false,
    time_budget_seconds: 0.5,
    script_content: `import python_mcp
python_mcp.run("import time; time.sleep(1000)").wait()`,
  });
  const child = await waitFor(
    async () => (await jobs(other)).find(({ parent_id }) => parent_id === json.job_id),
    { what: "the child" },
  );
  const { json: cancelled } = await other.call("py_cancel_job", { job_id: json.job_id });
  assert.equal(cancelled.status, "cancelled");
  assert.equal((await job(one, child.id)).status, "cancelled");
});

for (const ends of ["by itself", "by being cancelled"]) {
  Deno.test(`a server that a script starts ends with its job, its jobs too, when that ends ${ends}`, async () => {
    await using home = await TestHome.prepared();
    await using server = await connect({ home: home.path });
    const go = home.join("go");
    const { json } = await server.call("py_run_script_in_dir_async", {
      directory: home.path,
      use_uv: false,
      script_content: `import json, os, subprocess, time
server = subprocess.Popen(${JSON.stringify([Deno.execPath(), "run", "-A", MAIN])},
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
def send(message):
    server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\\n")
    server.stdin.flush()
send({"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {},
      "clientInfo": {"name": "script", "version": "1"}}})
server.stdout.readline()
send({"method": "notifications/initialized"})
send({"id": 2, "method": "tools/call", "params": {"name": "py_run_script_in_dir_async", "arguments": {
      "directory": ${JSON.stringify(home.path)}, "use_uv": False, "job_label": "inner",
      "script_content": "import time; time.sleep(1000)"}}})
server.stdout.readline()
while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)
`,
    });
    const inner = await waitFor(
      async () =>
        (await jobs(server)).find((job) => job.label === "inner" && job.status === "running"),
      { what: "the inner job" },
    );
    if (ends === "by itself") Deno.writeTextFileSync(go, "");
    else await server.call("py_cancel_job", { job_id: json.job_id });
    assert.match((await job(server, json.job_id, 20)).status, /completed|cancelled/);
    assert.equal((await job(server, inner.id, 5)).status, "failed");
    assert.deepEqual(home.processes().filter(({ command }) => command.includes("script.py")), []);
  });
}
