import assert from "node:assert/strict";
import { CLIENTS, connect, connectHttp, type Connection, TRANSPORTS } from "../helpers/connect.ts";
import { HttpServerProcess } from "../helpers/http_server.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { RawHttp } from "../helpers/raw_http.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

interface ListedJob {
  id: string;
  status: string;
}

/** A call that goes on until it is stopped. */
function endless(home: TestHome): { name: string; arguments: Record<string, unknown> } {
  return {
    name: "py_run_script_in_dir",
    arguments: {
      directory: home.path,
      script_content: "import time; time.sleep(600)",
      use_uv: false,
      time_budget_seconds: 600,
    },
  };
}

function scriptRuns(home: TestHome): boolean {
  return home.processes().some(({ command }) => command.includes("script.py"));
}

async function untilScriptRuns(home: TestHome): Promise<void> {
  await waitFor(() => scriptRuns(home), { what: "the script to run", timeoutMs: 10_000 });
}

type ListJobs = () => Promise<ListedJob[]>;

/** A closed connection is noticed at once, or when the next thing is written to it. */
async function listedJob(list: ListJobs, fits: (job: ListedJob) => boolean): Promise<ListedJob> {
  return await waitFor(async () => (await list()).find(fits), {
    what: "the listed job",
    timeoutMs: 45_000,
  });
}

function listWith(client: Pick<Connection, "call">): ListJobs {
  return async () => (await client.call("py_list_jobs")).json.jobs as ListedJob[];
}

/** The run goes on as the only job of the home; it is stopped afterwards. */
async function assertGoesOn(home: TestHome, observer: Connection): Promise<void> {
  const list = listWith(observer);
  const { id } = await listedJob(list, ({ status }) => status === "running");
  assert.equal((await list()).length, 1);
  assert.ok(scriptRuns(home));
  await observer.call("py_cancel_job", { job_id: id });
}

async function assertIsStopped(home: TestHome, observer: Connection): Promise<void> {
  await listedJob(listWith(observer), ({ status }) => status === "cancelled");
  assert.equal(scriptRuns(home), false);
}

const REASONS: [what: string, reason: string | undefined, goesOn: boolean][] = [
  ["a reason that says `Request timed out`", "McpError: MCP error -32001: Request timed out", true],
  ["a reason that says `deadline exceeded`", "context deadline exceeded", true],
  ["a reason that says `TIMEOUT`", "TIMEOUT", true],
  ["another reason", "User requested cancellation", false],
  ["an empty reason", "", false],
  ["no reason", undefined, false],
];
const ERAS = ["2025", "2026-07-28"] as const;

for (const era of ERAS) {
  const _meta = era === "2025" ? undefined : modernMeta();
  for (const [what, reason, goesOn] of REASONS) {
    const then = goesOn ? "goes on as a listed job" : "is stopped";
    Deno.test(`a run ${then}, unanswered, when a ${era} client on stdio cancels with ${what}`, async () => {
      await using home = await TestHome.create();
      await using observer = await connect({ home: home.path });
      await using session = new RawSession(home.path);
      if (era === "2025") await session.initialize();
      await session.send({ id: "run", method: "tools/call", params: { ...endless(home), _meta } });
      await untilScriptRuns(home);
      await session.send({
        method: "notifications/cancelled",
        params: { requestId: "run", ...(reason === undefined ? {} : { reason }), _meta },
      });
      await (goesOn ? assertGoesOn : assertIsStopped)(home, observer);
      // The server answers others, and has not answered this one.
      await session.request("tools/list", { _meta });
      await session.end();
      assert.doesNotMatch(session.stdout, /"id":"run"/);
    });
  }

  Deno.test(`a run goes on as a listed job when its ${era} client on stdio is gone`, async () => {
    await using home = await TestHome.create();
    const session = new RawSession(home.path, { PYTHON_MCP_STOP_ON_DISCONNECT: "true" });
    if (era === "2025") await session.initialize();
    await session.send({ id: "run", method: "tools/call", params: { ...endless(home), _meta } });
    await untilScriptRuns(home);
    assert.equal((await session.end()).code, 0);
    assert.equal(session.stderr, "");
    await using later = await connect({ home: home.path });
    await assertGoesOn(home, later);
  });
}

for (const [what, reason, goesOn] of REASONS) {
  const then = goesOn ? "goes on as a listed job" : "is stopped";
  Deno.test(`a run ${then}, unanswered, when a 2025 client over HTTP cancels with ${what}`, async () => {
    await using home = await TestHome.create();
    await using server = await HttpServerProcess.start({ home: home.path });
    await using observer = await connectHttp(server);
    const client = new RawHttp(server);
    await client.initialize();
    const stream = await client.post({ id: 77, method: "tools/call", params: endless(home) });
    await untilScriptRuns(home);
    const accepted = await client.post({
      method: "notifications/cancelled",
      params: { requestId: 77, ...(reason === undefined ? {} : { reason }) },
    });
    assert.equal(accepted.status, 202);
    await (goesOn ? assertGoesOn : assertIsStopped)(home, observer);
    // What the stream has brought until the session ends holds no answer.
    const ended = await fetch(server.url, { method: "DELETE", headers: client.headers });
    assert.equal(ended.status, 200);
    assert.doesNotMatch(await stream.text(), /"id":77/);
  });
}

for (const withProgress of [false, true]) {
  const stream = withProgress ? "the stream of its progress" : "its connection";
  const params = (home: TestHome, meta?: Record<string, unknown>) => ({
    ...endless(home),
    _meta: { ...meta, ...(withProgress ? { progressToken: 1 } : {}) },
  });

  Deno.test(`a run goes on as a listed job when a 2025 client over HTTP closes ${stream}`, async () => {
    await using home = await TestHome.create();
    await using server = await HttpServerProcess.start({
      home: home.path,
      env: { PYTHON_MCP_STOP_ON_DISCONNECT: "true" },
    });
    await using observer = await connectHttp(server);
    const client = new RawHttp(server);
    await client.initialize();
    const closing = new AbortController();
    await client.post({ id: 77, method: "tools/call", params: params(home) }, closing.signal);
    await untilScriptRuns(home);
    closing.abort();
    await assertGoesOn(home, observer);
  });

  for (const stop of [false, true]) {
    const setting = stop ? " and PYTHON_MCP_STOP_ON_DISCONNECT is true" : "";
    const then = stop ? "is stopped" : "goes on as a listed job";
    Deno.test(`a run ${then} when a 2026-07-28 client closes ${stream}${setting}`, async () => {
      await using home = await TestHome.create();
      await using server = await HttpServerProcess.start({
        home: home.path,
        env: { PYTHON_MCP_STOP_ON_DISCONNECT: String(stop) },
      });
      await using observer = await connectHttp(server);
      const client = new RawHttp(server, "2026-07-28");
      const closing = new AbortController();
      const call = { id: 77, method: "tools/call", params: params(home, modernMeta()) };
      const response = client.post(call, closing.signal).catch(() => undefined);
      await untilScriptRuns(home);
      // With progress, the response is a stream and has begun.
      if (withProgress) assert.equal((await response)?.ok, true);
      closing.abort();
      await response;
      await (stop ? assertIsStopped : assertGoesOn)(home, observer);
    });
  }
}

for (const transport of TRANSPORTS) {
  for (const kind of CLIENTS) {
    Deno.test(`a run goes on as a listed job when the time-out of a ${kind} client is over (${transport})`, async () => {
      await using home = await TestHome.create();
      await using server = await connect({ home: home.path, kind, transport });
      const { name, arguments: args } = endless(home);
      const call = server.call(name, args, { timeout: 1000 });
      await assert.rejects(call, /timed out/i);
      await assertGoesOn(home, server);
    });

    Deno.test(
      `a run is ${
        transport === "HTTP" && kind === "2.x, 2026-07-28" ? "left running" : "stopped"
      } when the user of a ${kind} client aborts it (${transport})`,
      async () => {
        await using home = await TestHome.create();
        await using server = await connect({ home: home.path, kind, transport });
        const stop = new AbortController();
        const { name, arguments: args } = endless(home);
        const call = server.call(name, args, { signal: stop.signal });
        await untilScriptRuns(home);
        stop.abort("the user stopped it");
        await assert.rejects(call);
        const leavesRunning = transport === "HTTP" && kind === "2.x, 2026-07-28";
        await (leavesRunning ? assertGoesOn : assertIsStopped)(home, server);
      },
    );
  }
}
