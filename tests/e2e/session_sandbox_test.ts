import assert from "node:assert/strict";
import { connect, type Connection } from "../helpers/connect.ts";
import { noSandbox } from "../helpers/sandbox_scene.ts";
import { endSessions, runCell } from "../helpers/sessions.ts";
import { skippableTest } from "../helpers/skippable.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Sessions where the server's owner has set a sandbox: one server that has, and one that has not. */

type Json = Record<string, unknown>;

const home = await TestHome.create();
const state = home.join("state");
const root = home.join("root");
Deno.mkdirSync(root);
const servers = new Map<string, Connection>();

async function server(level: string): Promise<Connection> {
  const env = {
    PYTHON_MCP_WARM: "off",
    PYTHON_MCP_SANDBOX: level,
    PYTHON_MCP_SANDBOX_WRITE: root,
    SECRET_OF_OWNER: "kept",
  };
  if (!servers.has(level)) {
    servers.set(level, await connect({ home: state, env, flags: ["-A"] }));
  }
  return servers.get(level)!;
}

Deno.test.afterAll(async () => {
  for (const one of servers.values()) {
    await endSessions(one);
    await one.close();
  }
  await home[Symbol.asyncDispose]();
});

async function run(code: string, more: Json = {}): Promise<Json> {
  return (await runCell(await server("isolated"), code, { session: "boxed", ...more })).json;
}

skippableTest(
  "a session in a sandbox keeps variables, files and its limits",
  noSandbox,
  async () => {
    const first = await run(
      "import os, socket\nx = 1\nopen('own.txt', 'w').write('x')\nos.environ.get('SECRET_OF_OWNER')",
    );
    assert.deepEqual({ result: first.result, error: first.error }, {
      result: null,
      error: undefined,
    });
    assert.equal((await run("x += 1; x")).result, "2");
    // Its /tmp is its own.
    await run(`open(${JSON.stringify(home.join("outside.txt"))}, "w").close()`);
    assert.throws(() => Deno.statSync(home.join("outside.txt")), Deno.errors.NotFound);
    const transcript = `${state}/sessions/boxed/transcript.jsonl`;
    assert.notEqual((await run(`open(${JSON.stringify(transcript)}, "a")`)).exception, null);
    const jobs = await run(`os.listdir(${JSON.stringify(`${state}/jobs`)})`);
    assert(jobs.exception !== null || jobs.result === "[]", JSON.stringify(jobs));
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = `('127.0.0.1', ${listener.addr.port})`;
    const network = await run(`socket.create_connection(${address}, timeout=2)`);
    assert.match(String(network.exception), /Error/);
  },
);

skippableTest(
  "a cell in a sandbox has progress and artifacts, and is interrupted",
  noSandbox,
  async () => {
    const client = await server("isolated");
    const { job_id } = await run(
      `import os, time, python_mcp
open(os.path.join(os.environ["PYTHON_MCP_ARTIFACTS"], "left.txt"), "w").write("x")
python_mcp.create_progress_callback()(1, 4, "part")
y = 5
time.sleep(60)`,
      { time_budget_seconds: 0.5 },
    );
    const status = async () => (await client.call("py_job_status", { job_id })).json.job as Json;
    await waitFor(async () => (await status()).progress !== null, { what: "progress" });
    assert.deepEqual((await status()).progress, { current: 1, total: 4, message: "part" });
    const { json } = await client.call("py_cancel_job", { job_id });
    assert.equal(json.message, "Job cancelled", JSON.stringify(json));
    const { artifacts } = (await status()).result as { artifacts: Json[] };
    assert.deepEqual(artifacts.map(({ name }) => name), ["left.txt"]);
    assert.equal((await run("y")).result, "5");
  },
);

skippableTest("a server in a sandbox uses no session of a looser one", noSandbox, async () => {
  const client = await server("isolated");
  const loose = await server("off");
  const { json } = await runCell(loose, "z = 1", { session: "loose" });
  assert.equal(json.exception, null);
  const refused = await runCell(client, "z", { session: "loose" });
  assert.match(String(refused.json.error), /started it in a looser one \(off\)/);
  const names = async (one: Connection) =>
    ((await one.call("py_sessions")).json.sessions as Json[]).map(({ session }) => session);
  assert(!(await names(client)).includes("loose"));
  assert((await names(loose)).includes("boxed"));
  const ended = await client.call("py_session_end", { session: "loose" });
  assert(ended.isError);
  const looser = await runCell(client, "1", { session: "other", sandbox: "workspace" });
  assert.match(String(looser.json.error), /a call may only be stricter/);
});
