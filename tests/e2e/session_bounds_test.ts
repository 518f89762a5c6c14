import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { endSessions, runCell } from "../helpers/sessions.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** The bounds of sessions, on one server: two may live, one job may run. */

type Json = Record<string, unknown>;

const home = await TestHome.create();
const servers: Connection[] = [];

async function server(): Promise<Connection> {
  return servers[0] ??= await connect({
    home: home.path,
    env: {
      PYTHON_MCP_WARM: "off",
      PYTHON_MCP_MAX_SESSIONS: "2",
      PYTHON_MCP_MAX_RUNNING: "1",
      PYTHON_MCP_MAX_PROCESSES: "4",
      PYTHON_MCP_SESSION_IDLE_HOURS: "0.002",
    },
  });
}

Deno.test.afterAll(async () => {
  for (const one of servers) {
    await endSessions(one);
    await one.close();
  }
  await home[Symbol.asyncDispose]();
});

async function run(session: string, code: string, more: Json = {}): Promise<Json> {
  return (await runCell(await server(), code, { session, ...more })).json;
}

Deno.test("a session more than may live is refused, which names those that do", async () => {
  await run("one", "1");
  await run("two", "1");
  const { error } = await run("three", "1");
  assert.match(
    String(error),
    /Cannot start the session three: 2 live \(one, two\).*at most 2.*PYTHON_MCP_MAX_SESSIONS/,
  );
  await (await server()).call("py_session_end", { session: "two" });
  assert.equal((await run("three", "3")).result, "3");
  await (await server()).call("py_session_end", { session: "three" });
});

Deno.test("an idle session takes no place among running jobs, and its cell takes one", async () => {
  const client = await server();
  const cell = await run("one", "import time; time.sleep(60)", { async_mode: true });
  const status = async (job_id: unknown) =>
    ((await client.call("py_job_status", { job_id })).json.job as Json).status;
  await waitFor(async () => await status(cell.job_id) === "running", { what: "the cell" });
  const job = await client.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  assert.equal(await status(job.json.job_id), "pending");
  await client.call("py_cancel_job", { job_id: cell.job_id });
  await waitFor(async () => await status(job.json.job_id) === "completed", { what: "the job" });
});

Deno.test("a session that nobody uses ends, and the next call says so", async () => {
  const client = await server();
  await run("idle", "import atexit; atexit.register(lambda: open('ended', 'w').close()); x = 1", {
    directory: home.path,
  });
  await waitFor(async () => {
    const { sessions } = (await client.call("py_sessions")).json as { sessions: Json[] };
    return !sessions.some(({ session }) => session === "idle");
  }, { what: "the end of the session" });
  assert(Deno.statSync(home.join("ended")).isFile);
  const { note, result } = await run("idle", "'x' in globals(), __import__('os').getcwd()");
  assert.match(String(note), /fresh session idle.*nobody had used it.*variables are gone/);
  assert.equal(result, `(False, '${Deno.realPathSync(home.path)}')`);
});

Deno.test("a session has the variables of an env_file, and env_vars beat them", async () => {
  Deno.writeTextFileSync(home.join("values.env"), "A=file\nB=file\n");
  const code = "import os; os.environ['A'], os.environ['B']";
  const more = { env_file: home.join("values.env"), env_vars: { B: "given" } };
  await waitFor(async () => (await run("env", "1", more)).result === "1", { what: "a free place" });
  assert.equal((await run("env", code)).result, "('file', 'given')");
  for (const { name, isFile } of Deno.readDirSync(home.join("sessions/env"))) {
    if (!isFile) continue;
    assert(!Deno.readTextFileSync(home.join("sessions/env", name)).includes('"given"'), name);
  }
});

Deno.test("a session with more processes than it may have ends, and says so", async () => {
  const client = await server();
  await client.call("py_session_end", { session: "env" });
  const code = `import subprocess, time
children = [subprocess.Popen(["sleep", "60"]) for _ in range(6)]
time.sleep(60)`;
  await waitFor(async () => (await run("many", "1")).result === "1", { what: "a free place" });
  assert.match(
    String((await run("many", code)).error),
    /7 processes of 4.*PYTHON_MCP_MAX_PROCESSES/,
  );
});
