import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import config from "../../deno.json" with { type: "json" };
import { findLauncherPython } from "../../lib/python/interpreters/find_interpreters.ts";
import { scopedFlags } from "../../lib/serve/program/scoped_flags.ts";
import { cli, cliProcess, startJob } from "../helpers/cli.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { DashboardServer } from "../helpers/dashboard_server.ts";
import { ROOT, serverEnv } from "../helpers/program.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";

// The servers of most other tests are scoped as well (see `connect.ts`); here is what is about that alone.

function flagsFor(home: string, listen?: string): string[] {
  return scopedFlags({ home, python: findLauncherPython(), listen });
}

const shared = new SharedServers();

function scopedServer(): Promise<Connection> {
  return shared.once(
    "scoped",
    ({ path }) => connect({ home: path, flags: flagsFor(path) }),
  );
}

Deno.test("the scoped flags grant no more than is needed", () => {
  const flags = flagsFor("/h,ome", "127.0.0.1:8000");
  assert.deepEqual(flags, [
    "--allow-read",
    "--allow-env",
    "--allow-sys=uid",
    "--allow-write=/h,,ome",
    `--allow-run=${findLauncherPython()}`,
    "--allow-net=127.0.0.1:8000",
  ]);
});

Deno.test("a scoped server finds another version of Python when one is asked for", async () => {
  const server = await scopedServer();
  const { json, isError } = await server.call("py_run_script_in_dir", {
    directory: "/tmp",
    script_content: "import sys; print(sys.version_info[:2])",
    python_version: ">=3.8",
    use_uv: false,
  });
  assert.equal(isError, false, JSON.stringify(json));
  assert.match(String(json.stdout), /^\(3, \d+\)\n$/);
});

const MISSING: Record<string, (home: string) => string[]> = {
  "--allow-run": (home) => ["--allow-read", "--allow-env", `--allow-write=${home}`],
  "--allow-write": () => ["--allow-read", "--allow-env", "--allow-run"],
};
for (const [flag, flags] of Object.entries(MISSING)) {
  Deno.test(`a call names ${flag} when the server was started without it`, async () => {
    await using home = await TestHome.create();
    await using server = await connect({ home: home.path, flags: flags(home.path) });
    const { json, isError } = await server.call("py_run_script_in_dir", {
      directory: home.path,
      script_content: "print(1)",
      use_uv: false,
    });
    assert.equal(isError, true);
    assert(String(json.error).includes(`${flag} flag`), String(json.error));
    assert.match(String(json.error), /`main\.ts permissions` prints all/);
  });
}

Deno.test("the program names the flag in one sentence when it cannot even begin", async () => {
  await using home = await TestHome.create();
  const env = await cliProcess(home, [], { flags: ["--allow-read"] });
  assert.equal(env.code, 1);
  assert.match(env.stderr, /^python-mcp: Requires env access, .*--allow-env flag.*\n$/);
  const read = await cliProcess(home, [], { flags: ["--allow-env", "--allow-run"] });
  assert.equal(read.code, 1);
  assert.match(
    read.stderr,
    /^python-mcp: Requires read access .*--allow-read flag.* prints all.*\n$/,
  );
  const net = await cliProcess(home, ["serve", "--http"], { flags: flagsFor(home.join("home")) });
  assert.equal(net.code, 1);
  assert.match(net.stderr, /^python-mcp: .*--allow-net flag.*\n$/);
});

const LOADER = { LD_LIBRARY_PATH: "/nowhere" };

Deno.test("a call says what to do when a variable of the loader is in a scoped server's way", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path, flags: flagsFor(home.path), env: LOADER });
  const { json, isError } = await server.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "print(1)",
    use_uv: false,
  });
  assert.equal(isError, true);
  assert.match(String(json.error), /Unset LD_LIBRARY_PATH .* --allow-run without a list/);
});

Deno.test("doctor names a variable of the loader when it is in a scoped server's way", async () => {
  await using home = await TestHome.create();
  const flags = flagsFor(home.join("home"));
  const { code, stdout } = await cliProcess(home, ["doctor", "--offline", "--json"], {
    flags,
    env: LOADER,
  });
  const { findings } = JSON.parse(stdout);
  const { level, fix } = findings.find(({ check }: { check: string }) => check === "permissions");
  assert.deepEqual([code, level], [1, "error"]);
  assert.match(fix, /^Unset LD_LIBRARY_PATH/);
});

Deno.test("permissions prints what the server needs, for a command line to take in", async () => {
  await using home = await TestHome.create();
  const printed = await cliProcess(home, ["permissions", "--listen", "127.0.0.1:8000"], {
    flags: ["--allow-read", "--allow-env"],
  });
  assert.deepEqual(printed, {
    code: 0,
    stdout: `${flagsFor(home.join("home"), "127.0.0.1:8000").join(" ")}\n`,
    stderr: "",
  });
});

Deno.test("permissions refuses when a shell would split a flag", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await cli(home, ["permissions"], {
    env: { PYTHON_MCP_HOME: home.join("a b") },
  });
  assert.equal(code, 1);
  assert.match(stderr, /a b' for \$\(…\): a shell would split it/);
});

Deno.test("deno task start runs a script without -A", async () => {
  await using home = await TestHome.create();
  assert.doesNotMatch(config.tasks.start.command, /-A|allow-all/);
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: ["task", "--quiet", "--cwd", ROOT, "start"],
    env: { ...serverEnv(), PYTHON_MCP_HOME: home.path },
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  const { structuredContent } = await client.callTool({
    name: "py_run_script_in_dir",
    arguments: { directory: home.path, script_content: "print(1)", use_uv: false },
  });
  await client.close();
  assert.equal((structuredContent as { stdout: string }).stdout, "1\n");
});

Deno.test("doctor is content when the permissions are scoped", async () => {
  await using home = await TestHome.create();
  const { stdout } = await cliProcess(home, ["doctor", "--offline", "--json"], {
    flags: flagsFor(home.join("home")),
  });
  const { findings } = JSON.parse(stdout) as { findings: { check: string; message: string }[] };
  const { message } = findings.find(({ check }) => check === "permissions")!;
  assert.equal(message, "scoped, and enough");
});

Deno.test("a scoped page shows jobs, and says why their usage is not measured", async () => {
  await using home = await TestHome.create();
  const id = await startJob(home, "import time; time.sleep(600)");
  await using server = await DashboardServer.start(
    home,
    { flags: flagsFor(home.join("home"), "127.0.0.1") },
  );
  const { jobs } = await (await server.fetch("/api/jobs")).json();
  assert.deepEqual(jobs.map((job: { id: string }) => job.id), [id]);
  const events = await server.fetch(`/api/events?watch=${id}`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("unavailable")) text += (await reader.read()).value;
  assert.match(text, /only with -A/);
  await reader.cancel();
  await cli(home, ["jobs", "cancel", id]);
});
