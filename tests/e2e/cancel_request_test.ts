import assert from "node:assert/strict";
import { CLIENTS, type Connection, TRANSPORTS } from "../helpers/connect.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { RawHttp } from "../helpers/raw_http.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { forgetJobs, SharedServers } from "../helpers/shared_servers.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

/** The home without any job, and a client that sees what becomes of the one to come. */
async function begin(): Promise<{ home: TestHome; observer: Connection }> {
  const observer = await shared.connect("2.x, 2025 era", "HTTP");
  await forgetJobs(observer);
  return { home: await shared.home(), observer };
}

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
  await waitFor(() => scriptRuns(home), { what: "the script to run" });
}

type ListJobs = () => Promise<ListedJob[]>;

async function listedJob(list: ListJobs, fits: (job: ListedJob) => boolean): Promise<ListedJob> {
  return await waitFor(async () => (await list()).find(fits), {
    what: "the listed job",
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
  const openSession = () => shared.rawSession(era);

  for (const [what, reason, goesOn] of REASONS) {
    const then = goesOn ? "goes on as a listed job" : "is stopped";
    Deno.test(`a run ${then}, unanswered, when a ${era} client on stdio cancels with ${what}`, async () => {
      const { home, observer } = await begin();
      const session = await openSession();
      const id = `run, cancelled with ${what}`;
      await session.send({ id, method: "tools/call", params: { ...endless(home), _meta } });
      await untilScriptRuns(home);
      await session.send({
        method: "notifications/cancelled",
        params: { requestId: id, ...(reason === undefined ? {} : { reason }), _meta },
      });
      await (goesOn ? assertGoesOn : assertIsStopped)(home, observer);
      // The server answers others, and has not answered this one.
      await session.request("tools/list", { _meta });
      assert.ok(!session.stdout.includes(JSON.stringify(id)));
    });
  }

  Deno.test(`a run goes on as a listed job when its ${era} client on stdio is gone`, async () => {
    const { home, observer } = await begin();
    const session = new RawSession(home.path, { PYTHON_MCP_STOP_ON_DISCONNECT: "true" });
    if (era === "2025") await session.initialize();
    await session.send({ id: "run", method: "tools/call", params: { ...endless(home), _meta } });
    await untilScriptRuns(home);
    assert.equal((await session.end()).code, 0);
    assert.equal(session.stderr, "");
    await assertGoesOn(home, observer);
  });
}

for (const [what, reason, goesOn] of REASONS) {
  const then = goesOn ? "goes on as a listed job" : "is stopped";
  Deno.test(`a run ${then}, unanswered, when a 2025 client over HTTP cancels with ${what}`, async () => {
    const { home, observer } = await begin();
    const server = await shared.http();
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
    const { home, observer } = await begin();
    const server = await shared.http({ PYTHON_MCP_STOP_ON_DISCONNECT: "true" });
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
      const { home, observer } = await begin();
      const server = await shared.http({ PYTHON_MCP_STOP_ON_DISCONNECT: String(stop) });
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
      const { home, observer } = await begin();
      const server = await shared.connect(kind, transport);
      const { name, arguments: args } = endless(home);
      const call = server.call(name, args, { timeout: 1000 });
      await assert.rejects(call, /timed out/i);
      await assertGoesOn(home, observer);
    });

    Deno.test(
      `a run is ${
        transport === "HTTP" && kind === "2.x, 2026-07-28" ? "left running" : "stopped"
      } when the user of a ${kind} client aborts it (${transport})`,
      async () => {
        const { home, observer } = await begin();
        const server = await shared.connect(kind, transport);
        const stop = new AbortController();
        const { name, arguments: args } = endless(home);
        const call = server.call(name, args, { signal: stop.signal });
        await untilScriptRuns(home);
        stop.abort("the user stopped it");
        await assert.rejects(call);
        const leavesRunning = transport === "HTTP" && kind === "2.x, 2026-07-28";
        await (leavesRunning ? assertGoesOn : assertIsStopped)(home, observer);
      },
    );
  }
}
