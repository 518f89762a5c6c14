import assert from "node:assert/strict";
import { TOOLS } from "../../lib/mcp/tools/tools.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();
const SLEEP = { script_content: "import time; time.sleep(600)", use_uv: false };
const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

for (const version of ["2025-03-26", "2025-06-18", "2025-11-25"]) {
  Deno.test(`server speaks ${version} when the client initializes with it`, async () => {
    await using home = await TestHome.create();
    await using session = new RawSession(home.path);
    const { result } = await session.initialize(version);
    assert.equal(result!.protocolVersion, version);
    const list = await session.request("tools/list");
    assert.equal((list.result!.tools as unknown[]).length, TOOLS.length);
  });
}

Deno.test("server speaks 2026-07-28 when requests carry that version", async () => {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path);
  const discovered = await session.request("server/discover", { _meta: MODERN });
  assert.ok((discovered.result!.supportedVersions as string[]).includes("2026-07-28"));
  const { result } = await session.request("tools/call", {
    name: "py_list_jobs",
    arguments: {},
    _meta: MODERN,
  });
  assert.deepEqual(result!.structuredContent, { jobs: [], total: 0 });
});

Deno.test("server writes only JSON-RPC lines to stdout when scripts print and debug is on", async () => {
  await using home = await TestHome.prepared();
  const session = new RawSession(home.path, { SMART_ASYNC_DEBUG: "true" });
  await session.initialize();
  await session.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "import os; print('to stdout'); os.system('echo from a child')",
    use_uv: false,
  });
  await session.end();
  assert.ok(session.stdout.endsWith("\n"));
  for (const line of session.stdout.trimEnd().split("\n")) {
    assert.equal(JSON.parse(line).jsonrpc, "2.0");
  }
  assert.match(session.stderr, /\[debug\]/);
  assert.match(Deno.readTextFileSync(home.join("logs", "server.log")), /\[debug\]/);
});

/** A session for what needs none of its own. */
function openSession(): Promise<RawSession> {
  return shared.once("session", async ({ path }) => {
    const session = new RawSession(path);
    await session.initialize();
    return session;
  });
}

Deno.test("server lists its tools in at most 16,000 characters when asked", async () => {
  const session = await openSession();
  const { result } = await session.request("tools/list");
  const tools = result!.tools as Record<string, unknown>[];
  const listed = tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    inputSchema,
  }));
  assert.ok(JSON.stringify(listed).length <= 16_000, `${JSON.stringify(listed).length} characters`);
  for (const tool of tools) {
    assert.ok(tool.title && tool.outputSchema && tool.annotations, `${tool.name} is described`);
    assert.deepEqual(Object.keys(tool.annotations as object).toSorted(), [
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
      "readOnlyHint",
    ]);
  }
});

Deno.test("server answers with a protocol error when the tool is unknown", async () => {
  const session = await openSession();
  const { error } = await session.request("tools/call", { name: "py_nothing", arguments: {} });
  assert.equal(error!.code, -32602);
  assert.match(error!.message, /py_nothing/);
});

for (
  const [how, end] of [
    ["its input closes", (session: RawSession) => session.closeInput()],
    ["it gets SIGTERM", (session: RawSession) => Promise.resolve(session.child.kill("SIGTERM"))],
  ] as const
) {
  Deno.test(`server ends with code 0 and leaves jobs running when ${how}`, async () => {
    await using home = await TestHome.prepared();
    const session = new RawSession(home.path);
    await session.initialize();
    const { job_id } = await session.call("py_run_script_in_dir_async", {
      directory: home.path,
      ...SLEEP,
    });
    await waitFor(() => home.processes().some(({ command }) => command.includes("script.py")), {
      what: "the script",
    });
    await end(session);
    assert.equal((await session.end()).code, 0);

    await using later = new RawSession(home.path);
    await later.initialize();
    const { job } = await later.call("py_job_status", { job_id }) as { job: { status: string } };
    assert.equal(job.status, "running");
    await later.call("py_cancel_job", { job_id });
  });
}
