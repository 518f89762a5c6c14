import assert from "node:assert/strict";
import { InMemoryTransport, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { createServer } from "../../lib/mcp/create_server.ts";
import { firstAnswer, VERSIONS } from "../../lib/mcp/first_answer.ts";
import { App } from "../../lib/runs/app.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { createLog } from "../../lib/serve/program/log.ts";

const CLIENT = { name: "test", version: "1" };
const REQUEST = { jsonrpc: "2.0", id: 1, method: "initialize" };
const PARAMS = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: CLIENT };

function initialize(changes: object, id: string | number = 1): object {
  return { ...REQUEST, id, params: { ...PARAMS, ...changes } };
}

/** What the SDK's server answers. */
async function sdkAnswer(request: object): Promise<unknown> {
  const settings = readSettings({ PYTHON_MCP_HOME: "/nowhere" }, () => {});
  const app = new App(settings, createLog(settings.home, false));
  const [ours, its] = InMemoryTransport.createLinkedPair();
  const server = createServer(app, { era: "legacy", lasting: true });
  await server.connect(its);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  ours.onmessage = resolve;
  await ours.start();
  await ours.send(request as Parameters<typeof ours.send>[0]);
  const answer = await promise;
  await server.close();
  await app.close();
  return answer;
}

Deno.test("the first answer knows each version that begins with a handshake", () => {
  assert.deepEqual([...VERSIONS].sort(), [...SUPPORTED_PROTOCOL_VERSIONS].sort());
});

const USUAL: Record<string, object> = {
  ...Object.fromEntries(VERSIONS.map((one) => [one, initialize({ protocolVersion: one })])),
  "an id of text": initialize({}, "first"),
  "a title": initialize({ clientInfo: { ...CLIENT, title: "The test" } }),
  "capabilities": initialize({
    capabilities: {
      roots: { listChanged: true },
      sampling: { tools: {} },
      elicitation: { form: { applyDefaults: true }, url: {} },
      tasks: { list: {}, requests: { sampling: { createMessage: {} } } },
      experimental: { "test/x": { y: {} } },
    },
  }),
};
for (const [what, request] of Object.entries(USUAL)) {
  Deno.test(`the first answer is the SDK's when initialize has ${what}`, async () => {
    const answer = firstAnswer(JSON.stringify(request))!;
    assert.deepEqual(JSON.parse(answer.line), await sdkAnswer(request));
    assert.equal(answer.id, (request as { id: unknown }).id);
    assert.equal(answer.line.indexOf("\n"), answer.line.length - 1);
  });
}

const UNUSUAL: Record<string, unknown> = {
  "is no JSON": undefined,
  "is a batch": [initialize({})],
  "is another request": { ...REQUEST, method: "ping" },
  "has no params": REQUEST,
  "has no id": { ...initialize({}), id: undefined },
  "has an id that is no whole number": initialize({}, 1.5),
  "wants another version": initialize({ protocolVersion: "2026-07-28" }),
  "wants to hear of its progress": initialize({ _meta: { progressToken: 1 } }),
  "has no client's name": initialize({ clientInfo: { version: "1" } }),
  "has a client's version that is no text": initialize({ clientInfo: { ...CLIENT, version: 1 } }),
  "has a capability that is no object": initialize({ capabilities: { roots: true } }),
  "has a flag that is none": initialize({ capabilities: { roots: { listChanged: {} } } }),
  "has a value where an object belongs": initialize({ capabilities: { sampling: { tools: 1 } } }),
};
Deno.test("the first answer leaves to the SDK a line that", async (t) => {
  for (const [what, message] of Object.entries(UNUSUAL)) {
    await t.step(what, () => {
      assert.equal(firstAnswer(JSON.stringify(message) ?? "{nonsense"), undefined);
    });
  }
});
