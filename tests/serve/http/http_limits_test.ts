import assert from "node:assert/strict";
import { App } from "../../../lib/runs/app.ts";
import { type HttpLimits, startHttp } from "../../../lib/serve/http/http.ts";
import { readSettings } from "../../../lib/runs/settings.ts";
import { RawHttp } from "../../helpers/raw_http.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

/** A server of this process with limits that are soon reached. */
function start(home: TestHome, limits: Partial<HttpLimits>) {
  const settings = readSettings({ ...Deno.env.toObject(), PYTHON_MCP_HOME: home.path }, () => {});
  const log = { debug() {}, warn() {}, listen: () => () => {} };
  const app = new App(settings, log);
  const server = startHttp(app, { hostname: "127.0.0.1", port: 0, limits });
  return {
    url: server.url,
    authorization: { Authorization: `Bearer ${server.token.value}` },
    async [Symbol.asyncDispose]() {
      await server.close();
      await app.close();
    },
  };
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

const INITIALIZE = {
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  },
};

Deno.test("the HTTP server answers 503 when there are too many sessions, until one ends", async () => {
  await using home = await TestHome.create();
  await using server = start(home, { sessions: 2 });
  const clients = [new RawHttp(server), new RawHttp(server)];
  for (const client of clients) await client.initialize();
  assert.equal(await statusOf(new RawHttp(server).post(INITIALIZE)), 503);
  const { headers } = clients[0]!;
  assert.equal(await statusOf(fetch(server.url, { method: "DELETE", headers })), 200);
  assert.equal(await statusOf(new RawHttp(server).post(INITIALIZE)), 200);
});

Deno.test("the HTTP server keeps no session when initialize was refused", async () => {
  await using home = await TestHome.create();
  await using server = start(home, { sessions: 1 });
  const body = JSON.stringify({ jsonrpc: "2.0", ...INITIALIZE });
  for (let n = 0; n < 3; n++) {
    // Without the Accept header that the specification wants.
    const headers = { ...server.authorization, "Content-Type": "application/json" };
    const refused = await statusOf(fetch(server.url, { method: "POST", headers, body }));
    assert.equal(refused, 406);
  }
  await new RawHttp(server).initialize();
});

Deno.test("the HTTP server answers 503 when too many requests are open, until one is closed", async () => {
  await using home = await TestHome.create();
  await using server = start(home, { open: 1 });
  const client = new RawHttp(server);
  await client.initialize();
  const closing = new AbortController();
  const stream = await client.listen(closing.signal);
  assert.equal(await statusOf(client.post({ id: 2, method: "tools/list" })), 503);
  await stream.body!.cancel();
  closing.abort();
  await waitFor(async () => await statusOf(client.post({ id: 3, method: "ping" })) === 200, {
    what: "room for another request",
  });
});

Deno.test("the HTTP server answers 413 by the length that is announced and by the one that comes", async () => {
  await using home = await TestHome.create();
  await using server = start(home, { requestBytes: 1000 });
  const large = { id: 1, method: "ping", params: { padding: "x".repeat(1000) } };
  assert.equal(await statusOf(new RawHttp(server).post(large)), 413);
  // A stream has no announced length.
  const body = ReadableStream.from([new TextEncoder().encode(JSON.stringify(large))]);
  const headers = { ...server.authorization, "Content-Type": "application/json" };
  assert.equal(await statusOf(fetch(server.url, { method: "POST", headers, body })), 413);
});
