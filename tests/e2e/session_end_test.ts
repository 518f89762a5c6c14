import assert from "node:assert/strict";
import { runCell } from "../helpers/sessions.ts";
import { SessionScene } from "../helpers/session_scene.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** How cells are stopped, and how sessions end, die and come back. */

type Json = Record<string, unknown>;

const scene = await SessionScene.create({ PYTHON_MCP_SESSION_GRACE_SECONDS: "2" });

Deno.test("py_cancel_job interrupts a cell and keeps the variables", async () => {
  const client = await scene.server();
  await scene.run("cancel", "x = 1");
  const { job_id, status } = await scene.run("cancel", "import time\ntime.sleep(60)", {
    time_budget_seconds: 0.2,
  });
  assert.equal(status, "running");
  const waiting = await scene.run("cancel", "x += 1; x", { time_budget_seconds: 0.1 });
  assert.match(String(waiting.message), /queued in background \(position 1\)/);
  const { json } = await client.call("py_cancel_job", { job_id });
  assert.deepEqual(json, { job_id, status: "cancelled", message: "Job cancelled" });
  assert.equal(((await scene.job(waiting.job_id, 10)).result as Json).result, "2");
});

Deno.test("py_session_run interrupts a cell at its time limit and keeps the variables", async () => {
  await scene.run("limit", "x = 1");
  const json = await scene.run("limit", "while True: pass", { timeout_seconds: 0.3 });
  assert.equal(json.timed_out, true);
  assert.equal(json.exception, "KeyboardInterrupt");
  assert.equal((await scene.run("limit", "x")).result, "1");
});

Deno.test("py_session_run interrupts a cell after another has left a handler of its own", async () => {
  // The last as pdb does, when it is told to go on.
  for (const handler of ["signal.SIG_IGN", "lambda *_: None", "pdb.Pdb().sigint_handler"]) {
    await scene.run("handlers", `import pdb, signal\nsignal.signal(signal.SIGINT, ${handler})`);
    const json = await scene.run("handlers", "while True: pass", { timeout_seconds: 0.3 });
    assert.equal(json.exception, "KeyboardInterrupt", `${handler}: ${JSON.stringify(json)}`);
  }
});

const ASKING = {
  "a debugger": "breakpoint()\n1",
  "a loop that asks again": "while True:\n    try: input()\n    except KeyboardInterrupt: pass",
};

for (const [what, code] of Object.entries(ASKING)) {
  Deno.test(`py_cancel_job ends a cell in ${what} and keeps the variables`, async () => {
    const client = await scene.server();
    await scene.run("asking", "x = 1");
    const { job_id } = await scene.run("asking", code, { async_mode: true });
    const look = async () => JSON.stringify((await client.call("py_job_status", { job_id })).json);
    await waitFor(async () => (await look()).includes("waits in input()"), {
      what: "its question",
    });
    const { json } = await client.call("py_cancel_job", { job_id });
    assert.equal(json.status, "cancelled");
    assert.equal((await scene.run("asking", "x")).result, "1");
  });
}

Deno.test("py_session_run ends a session whose cell does not yield", async () => {
  const code = "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass";
  const json = await scene.run("stubborn", code, { timeout_seconds: 0.2 });
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
    name: "a connection that is closed",
    code: "import os; os.closerange(3, 100)",
    text: /its process has closed its connection to python-mcp\. Its variables are gone$/,
  },
  {
    name: "too much memory",
    code: "x = bytearray(400 << 20)\nimport time; time.sleep(30)",
    text: /MB of 200 MB/,
  },
  {
    name: "a recursion without a limit",
    code:
      "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(n): return deeper(n + 1)\ndeeper(0)",
    text: /MB of 200 MB/,
  },
];

Deno.test("py_session_run says how a session died and starts a fresh one", async (t) => {
  for (const { name, code, text } of DEATHS) {
    await t.step(name, async () => {
      const session = `death-${DEATHS.findIndex((one) => one.name === name)}`;
      await scene.run(session, "x = 1", { memory_mb: 200 });
      const { error } = await scene.run(session, code);
      assert.match(String(error), text);
      const next = await scene.run(session, "'x' in globals()");
      assert.equal(next.result, "False");
      assert.equal(next.cell, 1);
      assert.match(String(next.note), /fresh session.*variables are gone.*transcript\.jsonl/);
    });
  }
});

Deno.test("py_session_end brings a session back by its transcript", async () => {
  const client = await scene.server();
  await scene.run("replay", "x = 1");
  await scene.run("replay", "x += 1");
  await scene.run("replay", "1 / 0");
  await scene.run("replay", "import os; os._exit(1)");
  const again = { session: "replay", action: "restart", replay: true };
  const ended = await client.call("py_session_end", again);
  assert.match(String(ended.json.message), /all 2 cells .* run again/);
  assert.equal((await scene.run("replay", "x")).result, "2");
  await client.call("py_session_end", { session: "replay", action: "restart" });
  await scene.run("replay", "1 / 0");
  const none = await client.call("py_session_end", again);
  assert.match(String(none.json.message), /no cell .* had ended well/);
  assert.equal((await scene.run("replay", "'x' in globals()")).result, "False");
});

const replay = (session: string) => ({ session, action: "restart", replay: true });

/** A session of four cells, the second of which waits for one file and the third of which fails for another. */
async function beginLong(session: string): Promise<{ go: string; stop: string }> {
  const [go, stop] = [scene.home.join(`${session}-go`), scene.home.join(`${session}-stop`)];
  Deno.writeTextFileSync(go, "");
  const cells = [
    "import os, time\nn = 1",
    `while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)`,
    `assert not os.path.exists(${JSON.stringify(stop)})`,
    "n += 1",
  ];
  for (const code of cells) await scene.run(session, code);
  Deno.removeSync(go);
  return { go, stop };
}

Deno.test("a replay goes on in the background when its budget is over and its server is killed", async () => {
  const { go, stop } = await beginLong("long");
  const impatient = await scene.connect({ PY_SESSION_END_TIMEOUT: "0.2" });
  const { json } = await impatient.call("py_session_end", replay("long"));
  assert.match(
    String(json.message),
    /\d of 4 cells were run again within 0\.2s\. The others go on/,
  );
  Deno.kill(impatient.pid(), "SIGKILL");
  await impatient.close();
  Deno.writeTextFileSync(go, "");
  assert.equal((await scene.job(json.job_id, 30)).status, "completed");
  assert.equal((await scene.run("long", "n")).result, "2");

  // One that fails ends it.
  Deno.writeTextFileSync(stop, "");
  const { message } = await scene.call("py_session_end", replay("long"));
  assert.match(String(message), /2 of 5 cells were run again, then cell 3 failed: AssertionError/);
  assert.equal((await scene.run("long", "n")).result, "1");
});

Deno.test("a restart in the midst of a replay runs none of its cells in the new Python", async () => {
  const { go } = await beginLong("restarted");
  const ended = scene.call("py_session_end", replay("restarted"));
  const running = () => (scene.state("restarted").running as Json | null)?.cell;
  await waitFor(() => running() === 2, { what: "the cell that waits" });
  await scene.call("py_session_end", { session: "restarted", action: "restart" });
  assert.match(String((await ended).message), /1 of 4 cells were run again, then cell 2 failed/);
  const { result, cell } = await scene.run("restarted", "'n' in globals()");
  assert.deepEqual({ result, cell }, { result: "False", cell: 1 });
  Deno.writeTextFileSync(go, "");
});

Deno.test("py_session_end interrupts a cell, and ends a session with what it started", async () => {
  const client = await scene.server();
  await scene.run("end", "import subprocess\nchild = subprocess.Popen(['sleep', '600'])");
  const pid = Number((await scene.run("end", "child.pid")).result);
  const { job_id } = await scene.run("end", "import time\ntime.sleep(60)", { async_mode: true });
  await scene.untilBusy("end");
  const interrupted = await client.call("py_session_end", { session: "end", action: "interrupt" });
  assert.match(String(interrupted.json.message), /Cell 3 .*was interrupted/);
  assert.equal((await scene.job(job_id, 10)).status, "cancelled");
  await client.call("py_session_end", { session: "end" });
  assert(!scene.home.processes().some((one) => one.pid === pid));
  const gone = await client.call("py_session_end", { session: "end" });
  assert.match(
    String(gone.json.error),
    /The session end has ended: it was ended with py_session_end/,
  );
});

Deno.test("py_session_end tells cells that wait, and runs them in no other session", async () => {
  const client = await scene.server();
  await scene.run("waiting", "1");
  const running = scene.run("waiting", "import time; time.sleep(60)");
  await scene.untilBusy("waiting");
  const queued = scene.run("waiting", "2");
  await waitFor(() => (scene.state("waiting").queued as string[]).length === 1, {
    what: "the cell that waits",
  });
  const { json } = await client.call("py_session_end", { session: "waiting" });
  assert.match(String(json.message), /^Ended/);
  assert.match(String((await running).error), /ended with py_session_end/);
  assert.match(String((await queued).error), /ended before this cell could run.*py_session_end/);
});

Deno.test("a session goes on when its server is killed in the middle of a cell", async () => {
  const doomed = await scene.connect();
  const mark = scene.home.join("cell-ran");
  await runCell(doomed, "x = 1", { session: "survivor" });
  const call = runCell(
    doomed,
    `import time; time.sleep(1); open(${JSON.stringify(mark)}, "a").write("x"); x += 1; x`,
    { session: "survivor" },
  ).catch(() => {});
  await scene.untilBusy("survivor");
  Deno.kill(doomed.pid(), "SIGKILL");
  await call;
  await doomed.close();
  const { result, cell } = await scene.run("survivor", "x");
  assert.deepEqual({ result, cell }, { result: "2", cell: 3 });
  assert.equal(await Deno.readTextFile(mark), "x");
  const { json } = await (await scene.server()).call("py_list_jobs", { limit: 1000 });
  const job = await waitFor(
    () => (json.jobs as Json[]).find(({ command }) => String(command).includes("session survivor")),
    { what: "the cell among the jobs" },
  );
  const found = await scene.job(job!.id, 5);
  assert.equal(found.status, "completed");
  assert.equal((found.result as Json).result, "2");
});

Deno.test("a session whose supervisor is killed fails its cell and leaves no process", async () => {
  const { job_id } = await scene.run("orphan", "import time; time.sleep(60)", {
    time_budget_seconds: 0.2,
  });
  await scene.untilBusy("orphan");
  const state = scene.state("orphan");
  Deno.kill(state.supervisor_pid as number, "SIGKILL");
  const job = await scene.job(job_id, 20);
  assert.equal(job.status, "failed");
  assert.match(String(job.error), /supervisor was killed.*variables are gone/);
  assert(!scene.home.processes().some(({ pid }) => pid === state.kernel_pid));
  assert.match(String((await scene.run("orphan", "1")).note), /fresh session/);
});
