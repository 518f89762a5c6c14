import assert from "node:assert/strict";
import { join } from "node:path";
import { encodePng } from "../../lib/runs/results/encode_png.ts";
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

skippableTest(
  "a notebook is saved in the roots, and nowhere that a link leads to out of them",
  noSandbox,
  async () => {
    const outside = home.join("outside");
    Deno.mkdirSync(outside);
    Deno.writeTextFileSync(join(outside, "kept.ipynb"), "kept");
    await run(`
os.symlink(${JSON.stringify(outside)}, ${JSON.stringify(join(root, "folder"))})
os.symlink(${JSON.stringify(join(outside, "kept.ipynb"))}, ${JSON.stringify(join(root, "a.ipynb"))})
os.symlink(${JSON.stringify(outside)}, "folder")
os.symlink(${JSON.stringify(join(outside, "kept.ipynb"))}, "a.ipynb")`);
    const client = await server("isolated");
    Deno.mkdirSync(join(root, ".git"), { recursive: true });
    const refused = [
      ...[join(root, "folder/a.ipynb"), join(root, "a.ipynb"), "folder/a.ipynb", "a.ipynb"],
      ...["/usr/local/a.ipynb", join(root, ".git/a.ipynb")],
    ];
    for (const path of refused) {
      const { json } = await client.call("py_session_save", {
        session: "boxed",
        path,
        overwrite: true,
      });
      assert.match(String(json.error), /^Cannot (save|use)/, `${path}: ${JSON.stringify(json)}`);
    }
    const path = join(root, "saved.ipynb");
    const { json } = await client.call("py_session_save", { session: "boxed", path });
    assert.deepEqual([json.written, json.path], [true, path], JSON.stringify(json));
    assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["kept.ipynb"]);
    assert.equal(Deno.readTextFileSync(join(outside, "kept.ipynb")), "kept");
  },
);

skippableTest(
  "an answer shows no picture that a link leads to out of the sandbox",
  noSandbox,
  async () => {
    const client = await server("isolated");
    const secret = home.join("secret.png");
    const png = encodePng(new Uint8Array([0]), 1, [[1, 2, 3]]);
    Deno.writeFileSync(secret, png);
    const own = `
import base64, os
folder = os.environ["PYTHON_MCP_ARTIFACTS"]
open(folder + "/own.png", "wb").write(base64.b64decode("${png.toBase64()}"))
`;
    const links = `
os.symlink(${JSON.stringify(secret)}, folder + "/link.png")
os.symlink(${JSON.stringify(home.path)}, folder + "/above")
`;
    const replaced = `
os.rename(folder, folder + ".old")
os.symlink(${JSON.stringify(home.path)}, folder)
`;
    for (const [source, pictures] of [[own, 1], [own + links, 1], [own + replaced, 0]] as const) {
      Deno.writeTextFileSync(join(root, "draw.py"), source);
      const { content, json } = await client.call("py_run_script_in_dir", {
        directory: root,
        script_path: "draw.py",
        use_uv: false,
      });
      assert.equal(json.exit_code, 0, JSON.stringify(json));
      const shown = content.filter(({ type }) => type === "image");
      assert.equal(shown.length, pictures, source);
    }
  },
);
