import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Connection } from "../helpers/connect.ts";
import { endSessions, runCell } from "../helpers/sessions.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Sessions of a plain Python through real servers; all cases share two servers of one home. */

type Json = Record<string, unknown>;

const home = await TestHome.create();
const options = {
  home: home.path,
  env: {
    PYTHON_MCP_WARM: "off",
    PYTHON_MCP_SESSION_GRACE_SECONDS: "2",
    PYTHON_MCP_MAX_SESSIONS: "20",
  },
};
const servers: Connection[] = [];

async function server(index = 0): Promise<Connection> {
  return servers[index] ??= await connect(options);
}

Deno.test.afterAll(async () => {
  await endSessions(await server());
  for (const one of servers) await one.close();
  await home[Symbol.asyncDispose]();
});

async function run(session: string, code: string, more: Json = {}): Promise<Json> {
  return (await runCell(await server(), code, { session, ...more })).json;
}

/** What a cell answers, without what differs from run to run. */
const CELLS: { name: string; code: string; expected: Json }[] = [
  {
    name: "the last expression's text",
    code: "41 + 1",
    expected: { result: "42", exception: null },
  },
  { name: "no result for a statement", code: "a = 1", expected: { result: null, stdout: "" } },
  {
    name: "what it prints",
    code: "print('out')\nimport sys\nprint('err', file=sys.stderr)",
    expected: { stdout: "out\n", stderr: "err\n" },
  },
  {
    name: "a result of top-level await",
    code: "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    expected: { result: "'awaited'" },
  },
  {
    name: "what asyncio.run returns",
    code: "import asyncio\nasyncio.run(asyncio.sleep(0, 'ran'))",
    expected: { result: "'ran'" },
  },
  {
    name: "a traceback of its own lines",
    code: "def f():\n    return 1 / 0\n\nf()",
    expected: {
      exception: "ZeroDivisionError: division by zero",
      result: null,
      stderr:
        /^Traceback \(most recent call last\):\n {2}File "<cell \d+>", line 4, in <module>\n {4}f\(\)\n {2}File "<cell \d+>", line 2, in f\n {4}return 1 \/ 0\n/,
    },
  },
  {
    name: "a syntax error with its line, and runs nothing",
    code: "print('never')\nx = (\n",
    expected: {
      stdout: "",
      stderr: /^ {2}File "<cell \d+>", line 2\n {4}x = \(\n/,
      exception: /^SyntaxError: /,
    },
  },
  {
    name: "that exit() ends nothing",
    code: "exit()",
    expected: { stdout: /py_session_end/, exception: null },
  },
  {
    name: "sys.exit() as an exception",
    code: "import sys; sys.exit(3)",
    expected: { exception: "SystemExit: 3" },
  },
  {
    name: "a short traceback of an endless recursion",
    code: "def r(n): return r(n + 1)\nr(0)",
    expected: { exception: /^RecursionError: /, stderr: /Previous line repeated \d+ more times/ },
  },
  {
    name: "what a process prints",
    code: "import subprocess\nsubprocess.run(['echo', 'child'])\nNone",
    expected: { stdout: "child\n" },
  },
  {
    name: "what workers return",
    code:
      "import multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    expected: { stdout: "[1, 2]\n" },
  },
  {
    name: "once what it prints when it forks",
    code:
      "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\nprint('parent' if pid else 'child')",
    expected: { stdout: "child\nparent\n" },
  },
  {
    name: "after it has closed stdout",
    code: "import sys; sys.stdout.close()",
    expected: { exception: null },
  },
  { name: "what is printed then", code: "print('still')", expected: { stdout: "still\n" } },
  {
    name: "after it has replaced stdout",
    code: "import sys, io; sys.stdout = io.StringIO(); print('gone')",
    expected: { stdout: "" },
  },
  { name: "what is printed after that", code: "print('there')", expected: { stdout: "there\n" } },
  {
    name: "after it has closed descriptor 1",
    code: "import os; os.close(1)",
    expected: { exception: null },
  },
  {
    name: "what is printed after that too",
    code: "print('again')",
    expected: { stdout: "again\n" },
  },
  {
    name: "with an exception's lines after it has closed stderr",
    code: "sys.stderr.close(); 1 / 0",
    expected: { stderr: /ZeroDivisionError/, exception: "ZeroDivisionError: division by zero" },
  },
  {
    name: "with an exception after it has closed descriptor 2",
    code: "os.close(2); 1 / 0",
    expected: { exception: "ZeroDivisionError: division by zero" },
  },
  {
    name: "without what it prints to a descriptor that it has closed",
    code: "os.close(1); print('lost')",
    expected: { stdout: "", exception: null },
  },
  {
    name: "the next cell's output alone, and its variables",
    code: "print('mine'); a",
    expected: { stdout: "mine\n", stderr: "", result: "1" },
  },
];

Deno.test("py_session_run answers", async (t) => {
  for (const [index, { name, code, expected }] of CELLS.entries()) {
    await t.step(name, async () => {
      const json = await run("cells", code);
      assert.equal(json.session, "cells");
      assert.equal(json.cell, index + 1);
      for (const [key, value] of Object.entries(expected)) {
        if (value instanceof RegExp) assert.match(String(json[key]), value, key);
        else assert.deepEqual(json[key], value, `${key}: ${JSON.stringify(json)}`);
      }
    });
  }
});

Deno.test("py_session_run keeps variables for a second server", async () => {
  await run("shared", "seen = [1]");
  const { json } = await runCell(await server(1), "seen.append(2); seen", { session: "shared" });
  assert.equal(json.result, "[1, 2]");
  assert.match(String(json.note), /Another client/);
});

const REFUSED: { name: string; input: Json; text: RegExp }[] = [
  {
    name: "a path as a session",
    input: { session: "../x", code: "1" },
    text: /Cannot use `session` "\.\.\/x".*`directory`/,
  },
  { name: "an empty session", input: { session: "", code: "1" }, text: /Cannot use `session` ""/ },
  {
    name: "a name that is too long",
    input: { session: "a".repeat(65), code: "1" },
    text: /1 to 64/,
  },
  {
    name: "empty code",
    input: { session: "none", code: " \n" },
    text: /Cannot run `code`: it is empty/,
  },
  { name: "a NUL character", input: { session: "none", code: "1\0" }, text: /NUL/ },
  {
    name: "more than 5 MB of code",
    input: { session: "none", code: `#${"x".repeat(5 << 20)}` },
    text: /5\.0 MB.*5 MB/,
  },
  {
    name: "a directory that is not there",
    input: { session: "none", code: "1", directory: "/nowhere" },
    text: /\/nowhere/,
  },
  {
    name: "packages without uv",
    input: { session: "none", code: "1", dependencies: ["x"] },
    text: /use_uv: false/,
  },
  {
    name: "another directory",
    input: { session: "lives", code: "1", directory: "/" },
    text: /Cannot use `directory` "\/".*it lives already, in .*py_session_end/,
  },
  {
    name: "another Python",
    input: { session: "lives", code: "1", python_version: "3.6" },
    text: /python_version/,
  },
  {
    name: "use_uv",
    input: { session: "lives", code: "1", use_uv: true },
    text: /Cannot use `use_uv`.*use_uv false/,
  },
  {
    name: "memory",
    input: { session: "lives", code: "1", memory_mb: 100 },
    text: /memory_mb.*without one/,
  },
  {
    name: "other variables",
    input: { session: "lives", code: "1", env_vars: { A: "2" } },
    text: /env_vars.*with A, whose values are not these/,
  },
];

Deno.test("py_session_run refuses", async (t) => {
  await run("lives", "1", { env_vars: { A: "1" } });
  for (const { name, input, text } of REFUSED) {
    await t.step(name, async () => {
      const { json, isError } = await runCell(await server(), "", input);
      assert(isError, JSON.stringify(json));
      assert.match(String(json.error), text);
    });
  }
  assert.equal(
    (await run("lives", "import os; os.environ['A']", { env_vars: { A: "1" } })).result,
    "'1'",
  );
  const { json } = await (await server()).call("py_sessions");
  assert(!(json.sessions as Json[]).some(({ session }) => session === "none"));
});

Deno.test("py_session_run starts anew after a session that could not start", async () => {
  const { error } = await run("unlucky", "1", { env_vars: { PYTHONHOME: "/nowhere" } });
  assert.match(String(error), /could not start: .*exit code 1/);
  assert.deepEqual(await run("unlucky", "1").then(({ result, note }) => ({ result, note })), {
    result: "1",
    note: undefined,
  });
});

Deno.test("py_cancel_job interrupts a cell and keeps the variables", async () => {
  const client = await server();
  await run("cancel", "x = 1");
  const { job_id, status } = await run("cancel", "import time\ntime.sleep(60)", {
    time_budget_seconds: 0.2,
  });
  assert.equal(status, "running");
  const waiting = await run("cancel", "x += 1; x", { time_budget_seconds: 0.1 });
  assert.match(String(waiting.message), /queued in background \(position 1\)/);
  const { json } = await client.call("py_cancel_job", { job_id });
  assert.deepEqual(json, { job_id, status: "cancelled", message: "Job cancelled" });
  const next = await client.call("py_job_status", { job_id: waiting.job_id, wait_seconds: 10 });
  assert.equal(((next.json.job as Json).result as Json).result, "2");
});

Deno.test("py_session_run interrupts a cell at its time limit and keeps the variables", async () => {
  await run("limit", "x = 1");
  const json = await run("limit", "while True: pass", { timeout_seconds: 0.3 });
  assert.equal(json.timed_out, true);
  assert.equal(json.exception, "KeyboardInterrupt");
  assert.equal((await run("limit", "x")).result, "1");
});

Deno.test("py_session_run ends a session whose cell does not yield", async () => {
  const code = "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass";
  const json = await run("stubborn", code, { timeout_seconds: 0.2 });
  assert.match(String(json.error), /cell 1 did not stop within 2 s.*Its variables are gone/);
});

const DEATHS: { name: string; code: string; text: RegExp }[] = [
  { name: "os._exit", code: "import os; os._exit(3)", text: /exit code 3/ },
  { name: "a segmentation fault", code: "import ctypes; ctypes.string_at(0)", text: /SIGSEGV/ },
  {
    name: "kill -9",
    code: "import os; print('last words', flush=True); os.kill(os.getpid(), 9)",
    text: /SIGKILL.*last words/s,
  },
  {
    name: "too much memory",
    code: "x = bytearray(400 << 20)\nimport time; time.sleep(30)",
    text: /MB of 200 MB/,
  },
];

Deno.test("py_session_run says how a session died and starts a fresh one", async (t) => {
  for (const { name, code, text } of DEATHS) {
    await t.step(name, async () => {
      const session = `death-${DEATHS.findIndex((one) => one.name === name)}`;
      await run(session, "x = 1", { memory_mb: 200 });
      const { error } = await run(session, code);
      assert.match(String(error), text);
      const next = await run(session, "'x' in globals()");
      assert.equal(next.result, "False");
      assert.equal(next.cell, 1);
      assert.match(String(next.note), /fresh session.*variables are gone.*transcript\.jsonl/);
    });
  }
});

Deno.test("py_session_end brings a session back by its transcript", async () => {
  const client = await server();
  await run("replay", "x = 1");
  await run("replay", "x += 1");
  await run("replay", "1 / 0");
  await run("replay", "import os; os._exit(1)");
  const again = { session: "replay", action: "restart", replay: true };
  const ended = await client.call("py_session_end", again);
  assert.match(String(ended.json.message), /all 2 cells .* run again/);
  assert.equal((await run("replay", "x")).result, "2");
  await client.call("py_session_end", { session: "replay", action: "restart" });
  await run("replay", "1 / 0");
  const none = await client.call("py_session_end", again);
  assert.match(String(none.json.message), /no cell .* had ended well/);
  assert.equal((await run("replay", "'x' in globals()")).result, "False");
});

Deno.test("py_session_end interrupts a cell, and ends a session with what it started", async () => {
  const client = await server();
  await run("end", "import subprocess\nchild = subprocess.Popen(['sleep', '600'])");
  const pid = Number((await run("end", "child.pid")).result);
  const { job_id } = await run("end", "import time\ntime.sleep(60)", { async_mode: true });
  await waitFor(async () => (await sessionOf("end")).state === "busy", {
    what: "the cell's start",
  });
  const interrupted = await client.call("py_session_end", { session: "end", action: "interrupt" });
  assert.match(String(interrupted.json.message), /Cell 3 .*was interrupted/);
  const { json } = await client.call("py_job_status", { job_id, wait_seconds: 10 });
  assert.equal((json.job as Json).status, "cancelled");
  await client.call("py_session_end", { session: "end" });
  assert(!home.processes().some((one) => one.pid === pid));
  const gone = await client.call("py_session_end", { session: "end" });
  assert.match(
    String(gone.json.error),
    /The session end has ended: it was ended with py_session_end/,
  );
});

Deno.test("py_session_end tells cells that wait, and runs them in no other session", async () => {
  const client = await server();
  await run("waiting", "1");
  const running = run("waiting", "import time; time.sleep(60)");
  await waitFor(async () => (await sessionOf("waiting")).state === "busy", { what: "the cell" });
  const queued = run("waiting", "2");
  const queue = () =>
    JSON.parse(Deno.readTextFileSync(home.join("sessions/waiting/state.json"))).queued;
  await waitFor(() => queue().length === 1, { what: "the cell that waits" });
  const { json } = await client.call("py_session_end", { session: "waiting" });
  assert.match(String(json.message), /^Ended/);
  assert.match(String((await running).error), /ended with py_session_end/);
  assert.match(String((await queued).error), /ended before this cell could run.*py_session_end/);
});

async function sessionOf(session: string): Promise<Json> {
  const { json } = await (await server()).call("py_sessions", { session });
  return (json.sessions as Json[])[0]!;
}

Deno.test("py_sessions lists a session's variables without running its code", async () => {
  await run(
    "variables",
    `class Slow:
    def __repr__(self):
        while True: pass
slow, number, text, many = Slow(), 7, "a" * 1000, {"a": [1, (2, Slow())]}
def f(): pass`,
  );
  const { variables, state, cells, directory } = await sessionOf("variables");
  assert.deepEqual({ state, cells, directory }, {
    state: "idle",
    cells: 1,
    directory: home.join("sessions/variables/files"),
  });
  const shown = Object.fromEntries((variables as Json[]).map(({ name, ...rest }) => [name, rest]));
  assert.deepEqual(shown.number, { type: "int", shape: null, size_bytes: 28, preview: "7" });
  assert.deepEqual(shown.slow, { type: "Slow", shape: null, size_bytes: null, preview: null });
  assert.equal((shown.text as Json).shape, 1000);
  assert.equal((shown.many as Json).preview, "{'a': [1, <tuple>]}");
  await run("variables", "import time; time.sleep(60)", { async_mode: true });
  await waitFor(async () => (await sessionOf("variables")).state === "busy", {
    what: "the cell's start",
  });
  assert.equal((await sessionOf("variables")).variables, null);
});

Deno.test("a cell asks for input that py_send_input sends", async () => {
  const client = await server();
  const { job_id } = await run("input", "name = input('who? ')\nage = input()\nname, age", {
    time_budget_seconds: 0.2,
  });
  await client.call("py_send_input", { job_id, text: "me\n7\n" });
  const { json } = await client.call("py_job_status", { job_id, wait_seconds: 10 });
  const result = (json.job as Json).result as Json;
  assert.equal(result.result, "('me', '7')");
  assert.equal(result.stdout, "who? ");
  const second = await run("input", "input()", { time_budget_seconds: 0.2 });
  await client.call("py_send_input", { job_id: second.job_id, text: "", eof: true });
  const ended = await client.call("py_job_status", { job_id: second.job_id, wait_seconds: 10 });
  assert.match(String((ended.json.job as Json).error), /^EOFError: .*py_send_input/);
});

Deno.test("what a thread or process prints after its cell is told by the next cell's note", async () => {
  const file = home.join("go");
  const wait = `while not os.path.exists(${JSON.stringify(file)}): time.sleep(0.01)`;
  await run(
    "late",
    `import os, threading, time, subprocess
def later():
    ${wait}
    print("from the thread")
threading.Thread(target=later).start()
child = subprocess.Popen(["sh", "-c", "while [ ! -e ${file} ]; do sleep 0.01; done; echo from the child"])`,
  );
  const first = await run(
    "late",
    `open(${JSON.stringify(file)}, "w").close(); child.wait(); time.sleep(0.2); print("own")`,
  );
  assert.equal(first.stdout, "own\n");
  const { note } = await run("late", "1");
  assert.match(String(note), /cell 1 left running has printed: /);
  assert.match(String(note), /from the thread/);
  assert.match(String(note), /from the child/);
});

Deno.test("asyncio's tasks go on between cells", async () => {
  await run(
    "tasks",
    `import asyncio
done = []
async def work():
    await asyncio.sleep(0.05)
    done.append(1)
async def begin():
    globals()["task"] = asyncio.create_task(work())
await begin()`,
  );
  await waitFor(async () => (await run("tasks", "done")).result === "[1]", {
    what: "the task's end",
  });
});

Deno.test("a session goes on when its server is killed in the middle of a cell", async () => {
  const doomed = await connect(options);
  const mark = home.join("cell-ran");
  await runCell(doomed, "x = 1", { session: "survivor" });
  const call = runCell(
    doomed,
    `import time; time.sleep(1); open(${JSON.stringify(mark)}, "a").write("x"); x += 1; x`,
    { session: "survivor" },
  ).catch(() => {});
  await waitFor(async () => (await sessionOf("survivor")).state === "busy", {
    what: "the cell's start",
  });
  Deno.kill(doomed.pid(), "SIGKILL");
  await call;
  await doomed.close();
  const { result, cell } = await run("survivor", "x");
  assert.deepEqual({ result, cell }, { result: "2", cell: 3 });
  assert.equal(await Deno.readTextFile(mark), "x");
  const { json } = await (await server()).call("py_list_jobs", { limit: 1000 });
  const job = await waitFor(
    () => (json.jobs as Json[]).find(({ command }) => String(command).includes("session survivor")),
    { what: "the cell among the jobs" },
  );
  const status = await (await server()).call("py_job_status", { job_id: job!.id, wait_seconds: 5 });
  const found = status.json.job as Json;
  assert.equal(found.status, "completed");
  assert.equal((found.result as Json).result, "2");
});

Deno.test("a session whose supervisor is killed fails its cell and leaves no process", async () => {
  const { job_id } = await run("orphan", "import time; time.sleep(60)", {
    time_budget_seconds: 0.2,
  });
  await waitFor(async () => (await sessionOf("orphan")).state === "busy", {
    what: "the cell's start",
  });
  const state = JSON.parse(Deno.readTextFileSync(home.join("sessions/orphan/state.json")));
  Deno.kill(state.supervisor_pid, "SIGKILL");
  const { json } = await (await server()).call("py_job_status", { job_id, wait_seconds: 20 });
  const job = json.job as Json;
  assert.equal(job.status, "failed");
  assert.match(String(job.error), /supervisor was killed.*variables are gone/);
  assert(!home.processes().some(({ pid }) => pid === state.kernel_pid));
  assert.match(String((await run("orphan", "1")).note), /fresh session/);
});

Deno.test("a cell's progress and artifacts are its job's", async () => {
  const { job_id } = await run(
    "progress",
    `import os, time, python_mcp
open(os.path.join(os.environ["PYTHON_MCP_ARTIFACTS"], "left.txt"), "w").write("x")
python_mcp.create_progress_callback()(1, 4, "part")
time.sleep(60)`,
    { time_budget_seconds: 0.2 },
  );
  const client = await server();
  const status = async () => ((await client.call("py_job_status", { job_id })).json.job as Json);
  await waitFor(async () => (await status()).progress !== null, { what: "progress" });
  assert.deepEqual((await status()).progress, { current: 1, total: 4, message: "part" });
  await client.call("py_cancel_job", { job_id });
  const { artifacts } = (await status()).result as { artifacts: Json[] };
  assert.deepEqual(artifacts.map(({ name }) => name), ["left.txt"]);
});

Deno.test("a cell starts jobs of its own, which end with it when it is cancelled", async () => {
  const code = `import python_mcp
job = python_mcp.run("import time; print('from the job', flush=True)")
job.wait().stdout`;
  assert.equal((await run("parent", code)).result, "'from the job\\n'");
  const { job_id } = await run(
    "parent",
    `job = python_mcp.run("import time; time.sleep(60)")\njob.wait()`,
    { time_budget_seconds: 0.5 },
  );
  const client = await server();
  const child = async () => {
    const { json } = await client.call("py_list_jobs", { limit: 1000 });
    return (json.jobs as Json[]).find(({ parent_id }) => parent_id === job_id);
  };
  await waitFor(async () => (await child())?.status === "running", { what: "the job's start" });
  await client.call("py_cancel_job", { job_id });
  await waitFor(async () => (await child())?.status === "cancelled", { what: "the job's end" });
});

Deno.test("a session's transcript has its cells with their outputs in order", async () => {
  const session = "transcript";
  await run(session, "print('one')\ndisplay(2)\nprint('three')\n4");
  const text = await Deno.readTextFile(join(home.path, "sessions", session, "transcript.jsonl"));
  const [begin, cell] = text.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(begin.type, "session");
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "one\n" },
    { output_type: "display_data", data: { "text/plain": "2" }, metadata: {} },
    { output_type: "stream", name: "stdout", text: "three\n" },
    {
      output_type: "execute_result",
      data: { "text/plain": "4" },
      metadata: {},
      execution_count: 1,
    },
  ]);
});
