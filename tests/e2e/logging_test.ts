import assert from "node:assert/strict";
import { modernMeta } from "../helpers/modern_meta.ts";
import { type Message, RawSession } from "../helpers/raw_session.ts";
import { eventsOf, RawHttp } from "../helpers/raw_http.ts";
import { HttpServerProcess } from "../helpers/http_server.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";

const shared = new SharedServers();

/** A call that makes the server warn: its budget's variable is no number. */
const ENV = { PY_RUN_SCRIPT_IN_DIR_TIMEOUT: "soon" };

function warns(home: TestHome): { name: string; arguments: Record<string, unknown> } {
  return {
    name: "py_run_script_in_dir",
    arguments: { directory: home.path, script_content: "print(1)", use_uv: false },
  };
}

function isWarning({ method, params }: Message): boolean {
  return method === "notifications/message" && params!.level === "warning" &&
    /PY_RUN_SCRIPT_IN_DIR_TIMEOUT=soon/.test(params!.data as string);
}

function linesOf({ stdout }: RawSession): Message[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** A session of 2025 on stdio. */
function openSession(): Promise<RawSession> {
  return shared.once("session", async ({ path }) => {
    const session = new RawSession(path, ENV);
    await session.initialize();
    return session;
  });
}

Deno.test("a 2025 client on stdio gets the log's lines of the level that it set, and no others", async () => {
  const home = await shared.home();
  const session = await openSession();
  assert.deepEqual((await session.request("logging/setLevel", { level: "error" })).result, {});
  await session.request("tools/call", warns(home));
  assert.equal(linesOf(session).some(isWarning), false);
  await session.request("logging/setLevel", { level: "warning" });
  await session.request("tools/call", warns(home));
  const { params } = await session.next(isWarning);
  assert.equal(params!.logger, "python-mcp");
});

Deno.test("logging/setLevel answers -32602 when there is no such level", async () => {
  const session = await openSession();
  const { error } = await session.request("logging/setLevel", { level: "loud" });
  assert.equal(error!.code, -32602);
});

Deno.test("a 2025 client over HTTP gets the log's lines on its own stream, of its level", async () => {
  await using home = await TestHome.prepared();
  await using server = await HttpServerProcess.start({ home: home.path, env: ENV });
  const quiet = new RawHttp(server);
  const loud = new RawHttp(server);
  const heard: Record<string, Message[]> = { quiet: [], loud: [] };
  const closing = new AbortController();
  const streams: Promise<unknown>[] = [];
  for (const [name, client] of Object.entries({ quiet, loud })) {
    await client.initialize();
    await client.request("logging/setLevel", { level: name === "loud" ? "warning" : "error" });
    const response = await client.listen(closing.signal);
    streams.push((async () => {
      for await (const { message } of eventsOf(response)) if (message) heard[name]!.push(message);
    })());
  }
  await loud.request("tools/call", warns(home));
  await server.end();
  await Promise.all(streams);
  assert.equal(heard.loud!.filter(isWarning).length, 1);
  assert.equal(heard.quiet!.filter(isWarning).length, 0);
});

for (const asks of [true, false]) {
  const gets = asks ? "gets" : "does not get";
  const level = asks ? "its request names a level" : "its request names none";
  Deno.test(`a 2026-07-28 client ${gets} the log's lines with the answer when ${level}`, async () => {
    const home = await shared.home();
    const server = await shared.http(ENV);
    const client = new RawHttp(server, "2026-07-28");
    const _meta = modernMeta({}, asks ? { "io.modelcontextprotocol/logLevel": "info" } : {});
    const messages = await client.request("tools/call", { ...warns(home), _meta });
    assert.equal(messages.some(isWarning), asks);
    assert.ok(messages.at(-1)!.result);
  });
}
