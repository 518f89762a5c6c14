import assert from "node:assert/strict";
import { join } from "node:path";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { begin, ended, look, once, runProgram, runs, start } from "../on_ray.ts";
import { noRay } from "../ray_cluster.ts";

skippableTest(
  "a script on Ray answers as one here does when it is run in a folder",
  noRay,
  async () => {
    const { home, server } = await begin();
    const folder = home.join("project");
    await Deno.mkdir(join(folder, ".git"), { recursive: true });
    await Deno.writeTextFile(join(folder, ".git/x.py"), "");
    await Deno.writeTextFile(join(folder, "helper.py"), "X = 42\n");
    // It must not stand in for Python's own where Ray starts.
    await Deno.writeTextFile(join(folder, "token.py"), "");
    await Deno.writeTextFile(join(folder, "data.csv"), "a,b\n");
    await Deno.writeTextFile(
      join(folder, "main.py"),
      `import os, sys, helper, python_mcp
print("out", helper.X, sys.argv[1:], open("data.csv").read().strip(), sys.stdin.read())
print("err", file=sys.stderr)
sys.stdout.flush()
sys.stdout.buffer.write(b"\\xff\\n")
with open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/made.bin", "wb") as file:
    file.write(bytes(range(256)) * 1000)
python_mcp.create_progress_callback()(2, 4, "half")
print("RAY_AUTH_TOKEN" in os.environ, os.environ["GIVEN"])
sys.exit(3)
`,
    );
    const { json } = await server.call("py_run_script_in_dir", {
      directory: folder,
      script_path: "main.py",
      args: ["--one"],
      stdin: "typed",
      env_vars: { GIVEN: "value" },
      run_on: "ray",
      ray: { include: ["*.py", "data.csv"] },
      time_budget_seconds: 100,
    });
    const made = (json.artifacts as { path: string; size_bytes: number }[] | undefined)?.[0];
    assert.equal(
      json.stdout,
      "out 42 ['--one'] a,b typed\n\ufffd\nFalse value\n",
      JSON.stringify(json),
    );
    assert.equal(json.stderr, "err\n");
    assert.equal(json.exit_code, 3);
    assert.equal(json.execution_strategy, "ray");
    assert.equal(typeof json.node, "string");
    assert.equal(made?.size_bytes, 256_000);
    assert.deepEqual((await Deno.readFile(made.path)).subarray(0, 3), new Uint8Array([0, 1, 2]));
    assert.match(String(json.note), /4 files \(1 KB\): data.csv, helper.py, main.py, token.py/);
  },
);

skippableTest(
  "a script runs in a folder that the cluster sees, and nothing is sent, when that is named",
  noRay,
  async () => {
    const { home, server } = await begin();
    const [here, there] = [home.join("here"), home.join("there")];
    for (const folder of [here, there]) await Deno.mkdir(folder);
    await Deno.writeTextFile(join(here, "where.py"), "");
    await Deno.writeTextFile(join(there, "where.py"), "import os; print(os.getcwd())");
    const run = async (shared_directory: string) => {
      const { json } = await server.call("py_run_script_in_dir", {
        directory: here,
        script_path: "where.py",
        run_on: "ray",
        ray: { shared_directory },
        time_budget_seconds: 100,
      });
      return json;
    };
    const json = await run(there);
    assert.equal(json.stdout, `${there}\n`, JSON.stringify(json));
    assert.equal(json.note, undefined);
    assert.match(String((await run("/nowhere")).error), /\/nowhere is not on the node /);
  },
);

/** One job for the tests that look at it while it runs, when it is cancelled and when it is removed. */
const stubborn = once(async () => {
  const { home, server } = await begin();
  const [secret, pids] = [crypto.randomUUID(), home.join("pids")];
  const source = `
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(${JSON.stringify(pids)}, "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
print("running", len(os.environ["KEY"]))
time.sleep(600)
`;
  const id = await start(server, source, { env_vars: { KEY: secret } });
  await runs(server, id, "running");
  return { id, secret, pids };
});

skippableTest("values of variables are in nothing that the cluster shows", noRay, async () => {
  const { cluster } = await begin();
  const { id, secret } = await stubborn();
  const shown = `${await cluster.get("api/jobs/")} ${await cluster.get(`api/jobs/${id}`)}`;
  assert.ok(shown.includes(id));
  assert.ok(!shown.includes(secret));
  const found = await new Deno.Command("grep", {
    args: ["-rlF", secret, cluster.logs, "/tmp/ray", join(cluster.logs, "..")],
    stderr: "null",
  }).output();
  assert.equal(new TextDecoder().decode(found.stdout), "");
  const processes = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
  assert.ok(!new TextDecoder().decode(processes.stdout).includes(secret));
});

skippableTest(
  "a job on Ray is marked so, shows its output and is stopped with all of it when it is cancelled",
  noRay,
  async () => {
    const { server } = await begin();
    const { id, pids } = await stubborn();
    assert.equal((await look(server, id)).status, "running");
    const pid = Number(
      await waitFor(() => Deno.readTextFile(pids).catch(() => ""), { what: "pid" }),
    );
    assert.ok((await Deno.stat(`/proc/${pid}`)).isDirectory);
    const { json } = await server.call("py_cancel_job", { job_id: id });
    assert.equal(json.status, "cancelled", JSON.stringify(json));
    await assert.rejects(Deno.stat(`/proc/${pid}`));
    assert.equal((await look(server, id)).result?.stdout, "running 36\n");
  },
);

skippableTest(
  "a script on Ray is stopped at its time limit and at its ceilings of memory and processes",
  noRay,
  async () => {
    const { server } = await begin();
    const slow = await start(server, "import time; print(1, flush=True); time.sleep(600)", {
      timeout_seconds: 1,
    });
    const large = await start(server, "import time; x = bytearray(400_000_000); time.sleep(600)", {
      memory_mb: 200,
    });
    const many = await start(
      server,
      "import subprocess\nfor _ in range(12): p = subprocess.Popen(['sleep', '600'])\np.wait()",
    );
    const job = await ended(server, slow);
    assert.equal(job.status, "failed");
    assert.equal(job.result?.timed_out, true);
    assert.equal(job.result?.signal, "SIGTERM");
    assert.equal(job.result?.stdout, "1\n");
    assert.match((await ended(server, large)).error!, /used .* MB of 200 MB/);
    assert.match((await ended(server, many)).error!, /processes of 8 \(PYTHON_MCP_MAX_PROCESSES\)/);
  },
);

skippableTest(
  "a job that Ray cannot place is pending with the reason, and never starts once it is cancelled",
  noRay,
  async () => {
    const { home, server } = await begin();
    const ray = { custom: { there: 1 } };
    const first = await start(server, "import time; print('has it', flush=True); time.sleep(600)", {
      ray,
    });
    await runs(server, first, "has it");
    const mark = home.join("started");
    const second = await start(server, `open(${JSON.stringify(mark)}, "w")`, { ray });
    const third = await start(server, "print('third')", { ray });
    const waits = await waitFor(async () => {
      const job = await look(server, second);
      return job.progress?.message?.startsWith("On the cluster: ") && job;
    }, { what: "the reason" });
    assert.equal(waits.status, "pending");
    const { json } = await server.call("py_cancel_job", { job_id: second });
    assert.equal(json.status, "cancelled", JSON.stringify(json));
    await server.call("py_cancel_job", { job_id: first });
    assert.equal((await ended(server, third)).result?.stdout, "third\n");
    await assert.rejects(Deno.stat(mark));
  },
);

skippableTest("a pruned job is gone from the cluster as well", noRay, async () => {
  const { cluster, server } = await begin();
  const { id } = await stubborn();
  await server.call("py_cancel_job", { job_id: id });
  await ended(server, id);
  assert.ok((await cluster.get("api/jobs/"))!.includes(id));
  await server.call("py_prune_jobs", {
    keep_completed: false,
    keep_failed: false,
    max_age_hours: 0,
  });
  await waitFor(async () => !(await cluster.get("api/jobs/"))!.includes(id), { what: "its end" });
});

skippableTest(
  "a job on Ray that no server follows is shown as it is on the cluster",
  noRay,
  async () => {
    const { cluster } = await begin();
    await using home = await TestHome.create();
    const script = home.join("seen.py");
    const go = home.join("go");
    await Deno.writeTextFile(
      script,
      `
import os, time
print("early", flush=True)
while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.1)
print("late")
`,
    );
    const program = (...args: string[]) =>
      runProgram(cluster, { ...cluster.env, PYTHON_MCP_HOME: home.join("home") }, args);
    const id = (await program("run", "--run-on", "ray", "--detach", script)).trim();
    const onCluster = (status: string) =>
      cluster.get(`api/jobs/${id}`, { seconds: 60, until: `"status": "${status}"` });
    assert(await onCluster("RUNNING"));
    await waitFor(async () => (await program("jobs", "logs", id)) === "early\n", {
      what: "its first line",
    });
    await Deno.writeTextFile(go, "");
    assert(await onCluster("SUCCEEDED"));
    assert.match(await program("jobs"), / completed /);
    assert.equal(await program("jobs", "logs", id), "early\nlate\n");
  },
);
