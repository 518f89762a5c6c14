import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installScriptRuntime } from "../../../lib/python/in_script/script_runtime.ts";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import { PythonProcess } from "../../helpers/python_process.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { childrenOf, startScript } from "../child_bench.ts";
import { JobBench, PYTHON } from "../job_bench.ts";
import { kill, launchers, supervisorOf } from "../kill.ts";

const MANAGER = fileURLToPath(new URL("../../fixtures/jobs/manager.ts", import.meta.url));
const IMPORT = "import os, sys, time, python_mcp\n";
const LONG = "import time; time.sleep(1000)";

function until(path: string): string {
  return `while not os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)\n`;
}

Deno.test("no value of an environment or of stdin is on disk when a script starts jobs with them", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const go = join(bench.path, "go");
  const parent = await startScript(
    bench,
    `${IMPORT}os.environ["OWN"] = "own-" + "sesame"
job = python_mcp.run('''
import os, sys, time
assert os.environ["OWN"] + os.environ["GIVEN"] + os.environ["ASKED"] + sys.stdin.read()
${until(go)}
''', env={"ASKED": "asked-" + "sesame"}, stdin="typed-" + "sesame")
print(job.wait().status)`,
    { env: { GIVEN: "given-sesame" } },
  );
  const [child] = await childrenOf(bench, parent.id);
  await supervisorOf(bench.manager.files(child!.id)!);
  assert.deepEqual(filesWith(bench.path, "-sesame"), []);
  Deno.writeTextFileSync(go, "");
  assert.equal((await bench.end(parent.id)).result.stdout, "completed\n");
  assert.deepEqual(filesWith(bench.path, "-sesame"), []);
  assert.equal(filesWith(bench.path, "os.environ").length, 2); // the search finds what there is
  assert.equal(bench.manager.files(child!.id)!.spec!.has_secrets, true);
});

Deno.test("a child has its script's environment as it is, with the changes that it asks for", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    `${IMPORT}os.environ["SET"] = "1"; del os.environ["HOME"]
job = python_mcp.run('''
import os, python_mcp
print([os.environ.get(name) for name in ("SET", "HOME", "CHANGED", "GONE", "PYTHONPATH")])
print(os.environ["PYTHON_MCP_JOB_ID"], os.environ["PYTHON_MCP_ARTIFACTS"])
''', env={"CHANGED": "yes", "GONE": None})
print(job.wait().stdout + job.wait().stderr, job.id, job.artifacts)`,
    { env: { CHANGED: "no", GONE: "no" } },
  );
  const lines = (await bench.end(parent.id)).result.stdout.trim().split("\n");
  assert.equal(lines[0], "['1', None, 'yes', None, None]");
  assert.equal(lines[1], lines.at(-1)!.trim());
});

Deno.test("a child runs a file and finds its neighbours, source those of its working directory", async () => {
  await using bench = await JobBench.open();
  const folder = join(bench.path, "project");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(join(folder, "neighbour.py"), "NAME = 'neighbour'\n");
  Deno.writeTextFileSync(join(folder, "part.py"), "import neighbour; print(neighbour.NAME)\n");
  const parent = await startScript(
    bench,
    `${IMPORT}import pathlib
folder = ${JSON.stringify(folder)}
for script in ("part.py", pathlib.Path(folder, "part.py"), "import neighbour, os; print(neighbour.NAME)"):
    result = python_mcp.run(script, cwd=folder).wait()
    print(result.stdout + result.stderr, end="")`,
  );
  assert.equal((await bench.end(parent.id)).result.stdout, "neighbour\n".repeat(3));
});

Deno.test("python_mcp.run says what is wrong when its arguments make no sense", async () => {
  await using bench = await JobBench.open();
  const calls = [
    "python_mcp.run('nowhere.py')",
    "python_mcp.run('1', cwd='/nowhere')",
    "python_mcp.run(1)",
    "python_mcp.run(' ')",
    "python_mcp.run('1', 'a b')",
    "python_mcp.run('1', [1])",
    "python_mcp.run('1', env={'A': 1})",
    "python_mcp.run('1', env={'A=B': ''})",
    "python_mcp.run('1', stdin=b'')",
    "python_mcp.run('1', timeout_seconds=-1)",
    "python_mcp.run('1', timeout_seconds='1')",
    "python_mcp.run('1', label='x' * 201)",
    "python_mcp.nothing",
  ];
  const parent = await startScript(
    bench,
    `${IMPORT}for call in ${JSON.stringify(calls)}:
    try:
        eval(call)
        print("no error", call)
    except Exception as error:
        print(type(error).__name__, error)`,
  );
  const lines = (await bench.end(parent.id)).result.stdout.trim().split("\n");
  assert.deepEqual(lines.map((line) => line.split(" ")[0]), [
    "FileNotFoundError",
    "NotADirectoryError",
    "TypeError",
    "ValueError",
    "TypeError",
    "TypeError",
    "TypeError",
    "ValueError",
    "TypeError",
    "ValueError",
    "TypeError",
    "ValueError",
    "AttributeError",
  ]);
  assert(lines[0]!.includes(join(bench.path, "nowhere.py")), lines[0]);
  assert.deepEqual((await bench.manager.list({ limit: 9 })).total, 1);
});

Deno.test("python_mcp.run raises JobError when the script is no job", async () => {
  await using home = await TestHome.create();
  const env = installScriptRuntime(home.path).env(undefined);
  await using python = await PythonProcess.start(PYTHON, [
    "-c",
    `${IMPORT}try: python_mcp.run("1")\nexcept python_mcp.JobError as error: print(error)`,
  ], env);
  const { stdout, stderr } = await python.result();
  assert.equal(stderr, "");
  assert.match(stdout, /only from a script that is a job of python-mcp itself/);
});

Deno.test("nothing of what starts jobs is loaded when a script imports python_mcp for progress", async () => {
  await using home = await TestHome.create();
  const env = installScriptRuntime(home.path).env(undefined);
  await using python = await PythonProcess.start(PYTHON, [
    "-c",
    "import sys; before = set(sys.modules); from python_mcp import create_progress_callback\n" +
    "print(sorted(name for name in set(sys.modules) - before if 'mcp' in name or name == 'socket'))",
  ], env);
  assert.equal((await python.result()).stdout, "['_python_mcp_ticker', 'python_mcp']\n");
});

Deno.test("another launcher starts the child when the job's own was killed", async () => {
  await using bench = await JobBench.open();
  const go = join(bench.path, "go");
  const parent = await startScript(
    bench,
    `${IMPORT}${until(go)}print(python_mcp.run("print('there')").wait().stdout)`,
  );
  await supervisorOf(parent.files);
  const dead = launchers(bench.path);
  kill(...dead);
  await waitFor(() => launchers(bench.path).every((pid) => !dead.includes(pid)), {
    what: "the end of the launcher",
  });
  Deno.writeTextFileSync(go, "");
  assert.equal((await bench.end(parent.id)).result.stdout, "there\n\n");
  assert.equal((await childrenOf(bench, parent.id))[0]!.status, "completed");
});

Deno.test("python_mcp.run raises JobError when every launcher was killed", async () => {
  await using home = await TestHome.create();
  const [go, said] = [home.join("go"), home.join("said")];
  await (async () => {
    await using bench = await JobBench.open({ home: home.path });
    const parent = await startScript(
      bench,
      `${IMPORT}${until(go)}
try: python_mcp.run("1")
except python_mcp.JobError as error: open(${JSON.stringify(said + ".new")}, "w").write(str(error))
os.rename(${JSON.stringify(said + ".new")}, ${JSON.stringify(said)})`,
    );
    await supervisorOf(parent.files);
  })();
  await waitFor(() => lastLauncher(home.path), { what: "the launcher alone" });
  kill(lastLauncher(home.path)!);
  Deno.writeTextFileSync(go, "");
  const text = await waitFor(() => readIfThere(said), { what: "the error" });
  assert.match(text, /no launcher of jobs answers .* Start a python-mcp server/);
});

Deno.test("a queued child is started again or explained when its launcher is killed", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const parent = await startScript(
    bench,
    `${IMPORT}python_mcp.run("print('plain')"); python_mcp.run("print(1)", env={"A": "b"})
time.sleep(1000)`,
  );
  const [plain, secret] = await childrenOf(bench, parent.id, 2);
  kill(...launchers(bench.path));
  await waitFor(
    async () => (await bench.manager.get(secret!.id))?.status === "failed",
    { what: "the end of what cannot be started again" },
  );
  assert.match((await bench.end(secret!.id)).error!, /kept nowhere: start it again/);
  Deno.kill(
    Number(JSON.parse(readIfThere(parent.files.path("started"))!).pid),
    "SIGKILL",
  );
  assert.equal((await bench.end(parent.id)).status, "failed");
  const restarted = await bench.end(plain!.id);
  assert.equal(restarted.result.stdout, "plain\n");
  assert.match(restarted.result.note!, /later server/);
});

Deno.test("a child does not end with another job when a launcher that is part of it lives nearest", async () => {
  await using bench = await JobBench.open();
  const [go, end] = [join(bench.path, "go"), join(bench.path, "end")];
  const command = [Deno.execPath(), "run", "-A", MANAGER, bench.path, "{}", '{"source": "1"}'];
  const host = await startScript(
    bench,
    `import subprocess; subprocess.run(${JSON.stringify(command)}, stdout=subprocess.DEVNULL)`,
  );
  const parent = await startScript(
    bench,
    `${IMPORT}${until(go)}print(python_mcp.run(${
      JSON.stringify(`import os, time\n${until(end)}`)
    }).wait().status)`,
  );
  await supervisorOf(parent.files);
  const isInner = (pid: number) =>
    Deno.readTextFileSync(`/proc/${pid}/environ`).includes(`PYTHON_MCP_JOB_ID=${host.id}`);
  await waitFor(() => launchers(bench.path).some(isInner), { what: "it" });
  await waitFor(() => [...Deno.readDirSync(join(bench.path, "sockets"))].length === 2, {
    what: "its socket",
  });
  kill(...launchers(bench.path).filter((pid) => !isInner(pid)));
  Deno.writeTextFileSync(go, "");
  const [child] = await childrenOf(bench, parent.id);
  await supervisorOf(bench.manager.files(child!.id)!);
  await bench.manager.cancel(host.id);
  Deno.writeTextFileSync(end, "");
  assert.equal((await bench.end(parent.id)).result.stdout, "completed\n");
});

Deno.test("a script starts a job when the path of the home is longer than a socket's may be", async () => {
  await using home = await TestHome.create();
  await using bench = await JobBench.open({ home: home.join("x".repeat(100)) });
  const parent = await startScript(
    bench,
    `${IMPORT}print(python_mcp.run("print(1)").wait().stdout)`,
  );
  assert.equal((await bench.end(parent.id)).result.stdout, "1\n\n");
});

Deno.test("a script is told when nobody is left to start the job that it waits for", async () => {
  await using home = await TestHome.create();
  const said = home.join("said");
  await (async () => {
    await using bench = await JobBench.open({ home: home.path, maxRunning: 1 });
    const parent = await startScript(
      bench,
      `${IMPORT}first, second = [python_mcp.run(${JSON.stringify(LONG)}) for _ in range(2)]
try: second.wait()
except python_mcp.JobError as error: open(${JSON.stringify(said + ".new")}, "w").write(str(error))
os.rename(${JSON.stringify(said + ".new")}, ${JSON.stringify(said)}); first.cancel()`,
    );
    const [first] = await childrenOf(bench, parent.id, 2);
    await supervisorOf(bench.manager.files(first!.id)!);
  })();
  await waitFor(() => lastLauncher(home.path), { what: "the launcher alone" });
  kill(lastLauncher(home.path)!);
  const text = await waitFor(() => readIfThere(said), { what: "the error" });
  assert.match(
    text,
    /has not started, .* The next python-mcp server of this home takes care of it/,
  );
});

Deno.test("a request is refused and the launcher goes on when a process sends nonsense", async () => {
  await using bench = await JobBench.open();
  const source = `${IMPORT}import json, socket
folder = os.path.join(os.environ["TEST_HOME"], "sockets")
for line in (b"nonsense\\n", b"[]\\n", b'{"cancel": "../../x"}\\n', b'{"run": {"id": "../x"}}\\n', b""):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.path.join(folder, os.listdir(folder)[0]))
    connection.sendall(line); connection.shutdown(socket.SHUT_WR)
    print(sorted(json.loads(connection.makefile().readline() or '{"nothing": 1}')))
print(python_mcp.run("print(1)").wait().status)`;
  const parent = await startScript(bench, source);
  assert.equal(
    (await bench.end(parent.id)).result.stdout,
    "['error']\n".repeat(4) + "['nothing']\ncompleted\n",
  );
});

Deno.test("a sweep spares a child's folder when it has no row yet", async () => {
  await using bench = await JobBench.open();
  const parent = await startScript(
    bench,
    `${IMPORT}print(python_mcp.run("print('kept')").wait().status)`,
  );
  await bench.end(parent.id);
  const [child] = await childrenOf(bench, parent.id);
  await bench.end(child!.id);
  // As if no server had lived.
  Deno.writeTextFileSync(join(bench.path, "adopt", child!.id), "");
  bench.manager.store.delete([child!.id]);
  const { folder } = bench.manager.files(child!.id)!;
  await bench.manager.sweep();
  assert.equal(exists(folder), true);
  assert.equal((await bench.end(child!.id)).result.stdout, "kept\n");
});

Deno.test("what is left of a child that nobody has accepted goes", async () => {
  await using bench = await JobBench.open();
  const id = crypto.randomUUID();
  bench.manager.files(id)!.create();
  const marker = join(bench.path, "adopt", id);
  Deno.writeTextFileSync(marker, "");
  assert.equal(await bench.manager.get(id), undefined);
  assert.equal(exists(marker), false);
  await bench.manager.sweep();
  assert.equal(exists(bench.manager.files(id)!.folder), false);
});

function filesWith(folder: string, text: string): string[] {
  const { stdout } = new Deno.Command("grep", {
    args: ["-rlF", "--devices=skip", "--exclude-dir=runtime", "-e", text, folder],
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** The launcher of a home whose servers are gone. */
function lastLauncher(home: string): number | undefined {
  const names = [...Deno.readDirSync(join(home, "sockets"))].map(({ name }) => name);
  const owners = [...Deno.readDirSync(join(home, "owners"))].map(({ name }) => name);
  if (names.length !== 1 || owners.length !== 1) return undefined;
  return launchers(home)[0];
}
