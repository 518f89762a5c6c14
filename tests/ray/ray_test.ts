import assert from "node:assert/strict";
import { join } from "node:path";
import { storedZip } from "../../lib/jobs/ray/stored_zip.ts";
import { MAIN } from "../helpers/program.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { skippableTest } from "../helpers/skippable.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { noRay, RayCluster } from "./ray_cluster.ts";

/** How often one test kills a server; the issue asks for 50. */
const KILLS = Number(Deno.env.get("RAY_KILLS") ?? 5);
/** A job of the real cluster takes 4 s on a quiet machine, most of them Ray's. */
const JOB_MS = 120_000;

interface Job {
  id: string;
  status: string;
  progress: { current: number; message: string | null } | null;
  error: string | null;
  result: Record<string, unknown> | null;
  partial_stdout?: string;
}

const stack = new AsyncDisposableStack();
Deno.test.afterAll(() => stack[Symbol.asyncDispose]());
let started: Promise<{ cluster: RayCluster; home: TestHome; server: Connection }> | undefined;

/** One cluster, one home and one server for the tests of this file. */
function begin() {
  return started ??= (async () => {
    const home = stack.use(await TestHome.create());
    const cluster = stack.use(await RayCluster.start());
    const server = stack.use(await serve(cluster, home));
    return { cluster, home, server };
  })();
}

function serve({ wrapper, env }: RayCluster, home: TestHome): Promise<Connection> {
  const flags = ["-A"];
  return connect({
    home: home.join("home"),
    wrapper,
    flags,
    env: { ...env, RAY_AUTH_TOKEN: "s3" },
  });
}

/** Starts inline code on the cluster; returns its job's id. */
async function start(
  server: Connection,
  source: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const { json, isError } = await server.call("py_run_script_with_dependencies_async", {
    script_content: source,
    run_on: "ray",
    ...more,
  });
  assert.equal(isError, false, JSON.stringify(json));
  assert.equal(json.status, "pending");
  return json.job_id as string;
}

async function look(server: Connection, job_id: string, more = {}): Promise<Job> {
  const { json } = await server.call("py_job_status", { job_id, ...more });
  assert.ok(json.job, JSON.stringify(json));
  return json.job as Job;
}

function ended(server: Connection, id: string): Promise<Job> {
  return waitFor(async () => {
    const job = await look(server, id, { wait_seconds: 10 });
    return !["pending", "running"].includes(job.status) && job;
  }, { what: `the end of job ${id}`, timeoutMs: JOB_MS });
}

function runs(server: Connection, id: string, text: string): Promise<unknown> {
  return waitFor(async () => (await look(server, id)).partial_stdout?.includes(text), {
    what: `${text} of job ${id}`,
    timeoutMs: JOB_MS,
  });
}

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

skippableTest(
  "a job on Ray is marked so, shows its output and is stopped with all of it when it is cancelled",
  noRay,
  async () => {
    const { home, server } = await begin();
    const pids = home.join("pids");
    const id = await start(
      server,
      `
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(${JSON.stringify(pids)}, "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
print("running")
time.sleep(600)
`,
    );
    await runs(server, id, "running");
    assert.equal((await look(server, id)).status, "running");
    const pid = Number(
      await waitFor(() => Deno.readTextFile(pids).catch(() => ""), { what: "pid" }),
    );
    assert.ok((await Deno.stat(`/proc/${pid}`)).isDirectory);
    const { json } = await server.call("py_cancel_job", { job_id: id });
    assert.equal(json.status, "cancelled", JSON.stringify(json));
    await assert.rejects(Deno.stat(`/proc/${pid}`));
    assert.equal((await look(server, id)).result?.stdout, "running\n");
  },
);

skippableTest(
  "a script on Ray is stopped at its time limit and at its memory ceiling",
  noRay,
  async () => {
    const { server } = await begin();
    const slow = await start(server, "import time; print(1, flush=True); time.sleep(600)", {
      timeout_seconds: 1,
    });
    const large = await start(server, "import time; x = bytearray(400_000_000); time.sleep(600)", {
      memory_mb: 200,
    });
    const job = await ended(server, slow);
    assert.equal(job.status, "failed");
    assert.equal(job.result?.timed_out, true);
    assert.equal(job.result?.signal, "SIGTERM");
    assert.equal(job.result?.stdout, "1\n");
    assert.match((await ended(server, large)).error!, /used .* MB of 200 MB/);
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

skippableTest("values of variables are in nothing that the cluster shows", noRay, async () => {
  const { cluster, server } = await begin();
  const secret = crypto.randomUUID();
  const id = await start(
    server,
    "import os, time; print(len(os.environ['KEY']), flush=True); time.sleep(600)",
    {
      env_vars: { KEY: secret },
    },
  );
  await runs(server, id, "36");
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
  await server.call("py_cancel_job", { job_id: id });
});

skippableTest("a pruned job is gone from the cluster as well", noRay, async () => {
  const { cluster, server } = await begin();
  const id = await start(server, "print(1)");
  await ended(server, id);
  assert.ok((await cluster.get("api/jobs/"))!.includes(id));
  await server.call("py_prune_jobs", { keep_completed: false, max_age_hours: 0 });
  await waitFor(async () => !(await cluster.get("api/jobs/"))!.includes(id), { what: "its end" });
});

skippableTest(
  "packages are installed by uv on the node, once, with settings of the call",
  noRay,
  async () => {
    const { home, server } = await begin();
    const links = home.join("links");
    await Deno.mkdir(links);
    await Deno.writeFile(join(links, "pkg_of_test-1.5-py3-none-any.whl"), wheel());
    const { json } = await server.call("py_run_script_with_dependencies", {
      script_content: "import pkg_of_test; print(pkg_of_test.VALUE)",
      dependencies: ["pkg-of-test>=1"],
      env_vars: { UV_FIND_LINKS: links, UV_OFFLINE: "1" },
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.equal(json.stdout, "of the wheel\n", JSON.stringify(json));
    assert.deepEqual(json.resolved_dependencies, ["pkg-of-test>=1"]);
    const missing = await server.call("py_run_script_with_dependencies", {
      script_content: "print(1)",
      dependencies: ["no-such-pkg-of-test"],
      env_vars: { UV_FIND_LINKS: links, UV_OFFLINE: "1" },
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.equal(missing.isError, true);
    assert.match(String(missing.json.error), /no-such-pkg-of-test/);
  },
);

/** A wheel with one module. */
function wheel(): Uint8Array<ArrayBuffer> {
  const info = "pkg_of_test-1.5.dist-info";
  const files = {
    "pkg_of_test.py": 'VALUE = "of the wheel"\n',
    [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: pkg-of-test\nVersion: 1.5\n",
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: "",
  };
  const encoder = new TextEncoder();
  return storedZip(
    Object.entries(files).map(([name, text]) => ({ name, content: encoder.encode(text) })),
  );
}

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
    for n in range(4)
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
    const [first, second, third, fourth, ...rest] = String(json.stdout).split("\n");
    assert.deepEqual([first, second, third, fourth], [
      "completed 0 k0 in None",
      "completed 1 k1 in None",
      "completed 4 k2 in None",
      "completed 9 k3 in None",
    ], JSON.stringify(json));
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

skippableTest(
  "a version of Python that the cluster does not have is a clear error",
  noRay,
  async () => {
    const { home, server } = await begin();
    const { json } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "print(1)",
      use_uv: false,
      python_version: "3.99",
      run_on: "ray",
      time_budget_seconds: 100,
    });
    assert.match(String(json.error), /python_version 3.99 is not on the node .* Python is 3\./);
  },
);

skippableTest(
  "output is whole when the server is killed, and another one goes on within 2 s",
  noRay,
  async () => {
    const { cluster, home, server } = await begin();
    const first = await serve(cluster, home);
    const id = await start(
      first,
      `
import time
for i in range(200):
    print(i, "x" * 5000, flush=True)
    time.sleep(0.05)
`,
    );
    await runs(first, id, "xxx");
    Deno.kill(first.pid(), "SIGKILL");
    const size = () => Deno.statSync(home.join("home/jobs", id, "stdout.log")).size;
    const [before, killedAt] = [size(), performance.now()];
    await waitFor(() => size() > before, { what: "more" });
    assert.ok(performance.now() - killedAt < 2500, `${performance.now() - killedAt} ms`);
    const job = await ended(server, id);
    const log = await Deno.readTextFile(home.join("home/jobs", id, "stdout.log"));
    assert.equal(job.status, "completed");
    assert.deepEqual(
      log.trimEnd().split("\n"),
      Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(5000)}`),
    );
    await first.close().catch(() => {});
  },
);

skippableTest(
  `no line is lost or doubled when following servers are killed ${KILLS} times`,
  noRay,
  async () => {
    const { cluster } = await begin();
    // A home of its own, which no other server follows.
    await using home = await TestHome.create();
    const stop = home.join("stop");
    const first = await serve(cluster, home);
    const id = await start(
      first,
      `
import os, sys
n = 0
while not os.path.exists(${JSON.stringify(stop)}):
    for _ in range(50):
        print(n, "x" * (n % 700))
        print(n, file=sys.stderr)
        n += 1
    import time
    time.sleep(0.02)
print("the end", n)
`,
    );
    await runs(first, id, "xxx");
    Deno.kill(first.pid(), "SIGKILL");
    for (let kill = 1; kill < KILLS; kill++) {
      const server = await serve(cluster, home);
      await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 2000));
      Deno.kill(server.pid(), "SIGKILL");
      await server.close().catch(() => {});
    }
    await Deno.writeTextFile(stop, "");
    await using last = await serve(cluster, home);
    const job = await ended(last, id);
    assert.equal(job.status, "completed", job.error ?? "");
    const [out, err] = ["stdout.log", "stderr.log"].map((name) =>
      Deno.readTextFileSync(home.join("home/jobs", id, name)).trimEnd().split("\n")
    );
    const count = Number(out!.pop()!.replace("the end ", ""));
    assert.ok(count > 100, String(count));
    assert.equal(out!.length, count);
    assert.equal(out!.findIndex((line, n) => line !== `${n} ${"x".repeat(n % 700)}`), -1);
    assert.equal(err!.findIndex((line, n) => line !== String(n)), -1);
    assert.equal(err!.length, count);
    await first.close().catch(() => {});
  },
);

// The last ones: they end the cluster that the others have.
skippableTest(
  "a job is failed, and not submitted again, when the cluster was restarted",
  noRay,
  async () => {
    const { cluster, home, server } = await begin();
    const mark = home.join("times");
    const id = await start(
      server,
      `
import time
open(${JSON.stringify(mark)}, "a").write("x")
print("running", flush=True)
time.sleep(600)
`,
    );
    await runs(server, id, "running");
    await cluster.stopHead();
    await cluster.startHead();
    const job = await ended(server, id);
    assert.equal(job.status, "failed");
    assert.match(job.error!, /the cluster was restarted/);
    assert.equal(await Deno.readTextFile(mark), "x");
    assert.ok(!(await cluster.get("api/jobs/"))!.includes(id));
  },
);

skippableTest("a cluster with a token takes jobs from those who have it", noRay, async () => {
  const { cluster, home } = await begin();
  const token = "t0ken".repeat(10);
  await cluster.stopHead();
  Object.assign(cluster.rayEnv, { RAY_AUTH_MODE: "token", RAY_AUTH_TOKEN: token });
  await cluster.startHead();
  const cli = async (RAY_AUTH_TOKEN: string, ...args: string[]) => {
    const env = { ...cluster.env, PYTHON_MCP_HOME: home.join("home"), RAY_AUTH_TOKEN };
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const deno = [Deno.execPath(), "run", "-A", "--no-prompt", MAIN];
    const { stdout } = await cluster.run(["env", ...variables, ...deno, ...args]);
    return new TextDecoder().decode(stdout);
  };
  assert.match(await cli("wrong", "doctor", "--offline"), /does not accept the token \(40[13]\)/);
  // A head that has just begun knows none of its nodes yet.
  await waitFor(
    async () =>
      /ok +Ray +Ray 2\.60\.\d+ at .*, 1 node/.test(await cli(token, "doctor", "--offline")),
    {
      what: "the node",
    },
  );
  const script = home.join("token.py");
  await Deno.writeTextFile(script, "import os; print('RAY_AUTH_TOKEN' in os.environ)");
  const said = await cli(token, "run", "--run-on", "ray", "-C", home.path, script);
  assert.equal(said, "False\n");
});
