import assert from "node:assert/strict";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, python } from "../job_bench.ts";
import { isAlive, kill, launchers, supervisorOf, untilGone } from "../kill.ts";
import { OtherServer } from "../other_server.ts";

const LONG = "import time; time.sleep(1000)";
/** Prints, waits until a file is there, prints again. */
function waitsFor(path: string): string {
  return `import os, time\nprint("before", flush=True)\n` +
    `while not os.path.exists(${JSON.stringify(path)}): time.sleep(0.01)\nprint("after")`;
}

Deno.test("a job goes on and is settled once when its server is killed and two others ask", async () => {
  await using one = await JobBench.open();
  await using two = await JobBench.open({ home: one.path });
  const server = await OtherServer.start(one.path, [{ source: waitsFor(`${one.path}/go`) }]);
  const id = server.ids[0]!;
  await supervisorOf(one.manager.files(id)!);
  await server.kill();
  Deno.writeTextFileSync(`${one.path}/go`, "");
  const [a, b] = await Promise.all([one.end(id), two.end(id)]);
  assert.equal(a.status, "completed");
  assert.equal(a.result.stdout, "before\nafter\n");
  assert.deepEqual(a, b);
});

Deno.test("a call's run becomes a listed job when its server is killed", async () => {
  await using bench = await JobBench.open();
  const server = await OtherServer.start(bench.path, [
    { source: waitsFor(`${bench.path}/go`), call: true },
  ]);
  const id = server.ids[0]!;
  await supervisorOf(bench.manager.files(id)!);
  assert.equal((await bench.manager.list({ limit: 9 })).total, 0);
  await server.kill();
  const { rows } = await bench.manager.list({ limit: 9 });
  assert.deepEqual(rows.map((row) => [row.id, row.status]), [[id, "running"]]);
  Deno.writeTextFileSync(`${bench.path}/go`, "");
  assert.equal((await bench.end(id)).result.stdout, "before\nafter\n");
});

Deno.test("a job runs on and the next one starts when the launcher is killed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python(waitsFor(`${bench.path}/go`)));
  await supervisorOf(files);
  kill(...launchers(bench.path));
  assert.equal((await bench.run(python("print(1)"))).status, "completed");
  Deno.writeTextFileSync(`${bench.path}/go`, "");
  const row = await bench.end(id);
  assert.equal(row.status, "completed", `${row.error}`);
});

Deno.test("a queued job keeps its environment values when the launcher is killed", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const blocker = await bench.start(python(LONG));
  await supervisorOf(blocker.files);
  const queued = await bench.start(
    python("import os, sys; print(os.environ['SECRET'], sys.stdin.read())"),
    { env: { SECRET: "value" }, stdin: "typed" },
  );
  await waitFor(() => queued.files.acceptedBy, { what: "its acceptance" });
  kill(...launchers(bench.path));
  await bench.manager.cancel(blocker.id);
  assert.equal((await bench.end(queued.id)).result.stdout, "value typed\n");
});

Deno.test("a queued job starts from its launcher's memory when its server is killed", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const server = await OtherServer.start(bench.path, [
    { source: LONG },
    { source: "import os; print(os.environ['SECRET'])", env: { SECRET: "value" } },
  ], { maxRunning: 1 });
  const [blocker, queued] = server.ids as [string, string];
  await supervisorOf(bench.manager.files(blocker)!);
  await waitFor(() => bench.manager.files(queued)!.acceptedBy, { what: "it" });
  await server.kill();
  assert.equal((await bench.manager.get(queued))?.status, "pending");
  await bench.manager.cancel(blocker);
  assert.equal((await bench.end(queued)).result.stdout, "value\n");
});

Deno.test("queued jobs are restarted or explained when server and launcher are killed", async () => {
  await using bench = await JobBench.open({ maxRunning: 1 });
  const server = await OtherServer.start(bench.path, [
    { source: LONG },
    { source: "print('plain')" },
    { source: "print('secret')", env: { SECRET: "value" } },
    { source: "print('input')", stdin: "typed" },
  ], { maxRunning: 1 });
  const [blocker, plain, secret, input] = server.ids as [string, string, string, string];
  await supervisorOf(bench.manager.files(blocker)!);
  await waitFor(() => bench.manager.files(input)!.acceptedBy, { what: "it" });
  await server.kill();
  kill(...launchers(bench.path));
  await bench.manager.cancel(blocker);
  const restarted = await bench.end(plain);
  assert.equal(restarted.result.stdout, "plain\n");
  assert.match(restarted.result.note!, /later server/);
  for (const id of [secret, input]) {
    const row = await bench.end(id);
    assert.equal(row.status, "failed");
    assert.match(row.error!, /kept nowhere: start it again/);
  }
});

Deno.test("a job is failed, its output kept and its processes stopped when its supervisor is killed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python(
    "import subprocess, sys, time\n" +
      "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'], start_new_session=True)\n" +
      "print('printed', flush=True); time.sleep(1000)",
  ));
  await waitFor(
    () => processesWith(`PYTHON_MCP_JOB_ID=${id}`).length === 2 && exists(files.stdout),
    {
      what: "the script's processes",
    },
  );
  await waitFor(() => Deno.readTextFileSync(files.stdout) !== "", { what: "it" });
  const foreign = new Deno.Command("/bin/sleep", {
    args: ["1000"],
    env: { PYTHON_MCP_JOB_ID: crypto.randomUUID() },
  }).spawn();
  try {
    kill(await supervisorOf(files));
    const row = await bench.end(id);
    assert.equal(row.status, "failed");
    assert.match(row.error!, /supervisor was killed/);
    assert.equal(row.result.stdout, "printed\n");
    assert.equal(row.result.outcome.stopped, 2);
    assert.deepEqual(processesWith(`PYTHON_MCP_JOB_ID=${id}`), []);
    assert.equal(processesWith(foreignMark(foreign)).length, 1);
  } finally {
    foreign.kill("SIGKILL");
    await foreign.status;
  }
});

Deno.test("a process without a mark of its job is stopped when the job's supervisor is killed", async () => {
  await using bench = await JobBench.open();
  const { id, files } = await bench.start(python(
    "import subprocess, time\n" +
      "print(subprocess.Popen(['sleep', '1000'], env={}, start_new_session=True).pid, flush=True)\n" +
      "time.sleep(1000)",
  ));
  const child = await waitFor(() => Number(readIfThere(files.stdout)), {
    what: "the process",
  });
  kill(await supervisorOf(files));
  assert.equal((await bench.end(id)).result.outcome.stopped, 2);
  assert.equal(isAlive(child), false);
});

Deno.test("a call ends with what is known when its supervisor is killed", async () => {
  await using bench = await JobBench.open();
  const call = await bench.manager.call(
    bench.draft(false),
    bench.request(python(LONG), { background: false }),
  );
  kill(await supervisorOf(call.files));
  await call.ended;
  const end = await bench.manager.finishCall(call, () => "nothing");
  assert.match(end.error!, /supervisor was killed/);
});

Deno.test("a run is listed when its caller leaves between its end and the answer", async () => {
  await using bench = await JobBench.open();
  const [left, answered] = [new AbortController(), new AbortController()];
  const ids: string[] = [];
  for (const caller of [left, answered]) {
    const request = bench.request(python("print(1)"), { background: false });
    const call = await bench.manager.call(bench.draft(false), request);
    ids.push(call.id);
    await call.ended;
    await bench.manager.finishCall(call, () => "nothing", caller);
    if (caller === left) caller.abort();
  }
  const { id } = await waitFor(async () => {
    const { rows } = await bench.manager.list({ limit: 9 });
    return exists(bench.manager.files(ids[1]!)!.folder) ? undefined : rows[0];
  }, { what: "one job, and the other one gone" });
  assert.equal(id, ids[0]);
});

Deno.test("a call is answered when launcher and supervisor are killed", async () => {
  await using bench = await JobBench.open();
  const call = await bench.manager.call(
    bench.draft(false),
    bench.request(python(LONG), { background: false }),
  );
  const supervisor = await supervisorOf(call.files);
  kill(...launchers(bench.path), supervisor);
  await untilGone(supervisor);
  await call.ended;
  assert.match(
    (await bench.manager.finishCall(call, () => "nothing")).error!,
    /supervisor was killed/,
  );
});

Deno.test("a job is explained when everything was killed at once", async () => {
  await using bench = await JobBench.open();
  const server = await OtherServer.start(bench.path, [{ source: LONG }]);
  const id = server.ids[0]!;
  const supervisor = await supervisorOf(bench.manager.files(id)!);
  await server.kill();
  kill(...launchers(bench.path), supervisor);
  const row = await bench.end(id);
  assert.equal(row.status, "failed");
  assert.match(row.error!, /machine went down/);
});

Deno.test("a job fails with the reason when the launcher's Python is none", async () => {
  await using bench = await JobBench.open({ python: "/bin/false" });
  // Whether the order could still be sent is a matter of milliseconds.
  const error = await bench.run(python("print(1)")).then(
    (row) => row.error,
    ({ message }) => message,
  );
  assert.match(error, /\/bin\/false cannot run the launcher/);
});

function foreignMark(foreign: Deno.ChildProcess): string {
  return Deno.readTextFileSync(`/proc/${foreign.pid}/environ`).split("\0")
    .find((entry) => entry.startsWith("PYTHON_MCP_JOB_ID="))!;
}
