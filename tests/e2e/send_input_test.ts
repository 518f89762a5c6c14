import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

async function start(server: Connection, home: TestHome, script_content: string, more = {}) {
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content,
    use_uv: false,
    stdin_open: true,
    ...more,
  });
  return json.job_id as string;
}

async function end(server: Connection, job_id: string) {
  const { json } = await server.call("py_job_status", { job_id, wait_seconds: 20 });
  return json.job as { status: string; result: { stdout: string; stderr: string } };
}

Deno.test("a script reads what two servers send it, in order, until its input ends", async () => {
  await using home = await TestHome.prepared();
  await using one = await connect({ home: home.path });
  await using two = await connect({ home: home.path });
  const job_id = await start(
    one,
    home,
    "print(input('name? ').upper(), flush=True); import sys; print(repr(sys.stdin.read()))",
    { stdin: "first " },
  );
  const text = "Ada ü\n";
  const { json } = await two.call("py_send_input", { job_id, text });
  assert.deepEqual(json, { job_id, sent_bytes: 7 });
  await waitFor(async () => {
    const { json } = await one.call("py_job_status", { job_id });
    return (json.job as { partial_stdout?: string }).partial_stdout === "name? FIRST ADA Ü\n";
  }, { what: "the greeting" });
  await one.call("py_send_input", { job_id, text: "x".repeat(300_000) });
  await two.call("py_send_input", { job_id, text: "\n", eof: true });
  const { status, result: { stdout } } = await end(two, job_id);
  assert.equal(status, "completed");
  // The result shows both ends.
  assert.match(stdout, /^name\? FIRST ADA Ü\n'x{100}.*x{100}\\n'\n$/s);
  const written = new Deno.Command("grep", { args: ["-rl", "Ada", home.path] }).outputSync();
  assert.equal(new TextDecoder().decode(written.stdout), "");
});

Deno.test("input that no job takes is refused with what to do", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const sleeps = "import time; time.sleep(600)";
  const closed = await start(server, home, sleeps, { stdin_open: false });
  const ended = await start(server, home, "print(1)");
  const done = await start(server, home, sleeps);
  await end(server, ended);
  await server.call("py_send_input", { job_id: done, text: "", eof: true });
  const cases: [string, RegExp][] = [
    ["nothing", /No job/i],
    [closed, /not kept open. Start it with stdin_open: true/],
    [ended, /it has ended \(completed\)/],
    [done, /its standard input has ended/],
  ];
  for (const [job_id, expected] of cases) {
    await waitFor(async () => {
      const { json, isError } = await server.call("py_send_input", { job_id, text: "x" });
      return isError && expected.test(json.error as string);
    }, { what: `${expected}` });
  }
  for (const job_id of [closed, done]) await server.call("py_cancel_job", { job_id });
});

Deno.test("input fails at once in a script that has none", async () => {
  await using home = await TestHome.prepared();
  await using server = await connect({ home: home.path });
  const job_id = await start(server, home, "input()", { stdin_open: false });
  const { status, result } = await end(server, job_id);
  assert.equal(status, "failed");
  assert.match(result.stderr, /EOFError/);
});
