import assert from "node:assert/strict";
import { modernMeta } from "../../helpers/modern_meta.ts";
import { type Message, RawSession } from "../../helpers/raw_session.ts";
import { TestHome } from "../../helpers/test_home.ts";

const FAULTS: [what: string, line: string, code: number, id: number | string | null][] = [
  ["is no JSON", "{nonsense", -32700, null],
  ["is cut off", '{"jsonrpc":"2.0","id":1,"meth', -32700, null],
  ["is another value", "42", -32600, null],
  ["is null", "null", -32600, null],
  ["is a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
  ["has no version", '{"id":7,"method":"ping"}', -32600, 7],
  ["has no method", '{"jsonrpc":"2.0","id":"seven"}', -32600, "seven"],
  ["has a method that is no text", '{"jsonrpc":"2.0","id":7,"method":1}', -32600, 7],
];

for (const era of ["2025", "2026-07-28"] as const) {
  Deno.test(`server answers each faulty line and the next good one (${era} client)`, async () => {
    await using home = await TestHome.create();
    await using session = new RawSession(home.path);
    const _meta = era === "2025" ? undefined : modernMeta();
    if (era === "2025") await session.initialize();
    for (const [what, line, code, id] of FAULTS) {
      await session.write(`${line}\n`);
      const { error, ...rest } = await session.next((message) => message.error !== undefined);
      assert.equal(error!.code, code, what);
      assert.deepEqual(rest, { jsonrpc: "2.0", id }, what);
    }
    const { result } = await session.request("tools/list", { _meta });
    assert.ok((result!.tools as unknown[]).length > 0);
  });
}

Deno.test("server says nothing about empty lines and stray answers", async () => {
  await using home = await TestHome.create();
  const session = new RawSession(home.path);
  await session.initialize();
  await session.write('\n  \n{"jsonrpc":"2.0","id":99,"result":{}}\n');
  await session.request("ping");
  await session.end();
  assert.equal(session.stdout.trimEnd().split("\n").length, 2);
});

Deno.test("server reads a message that comes in pieces, in the middle of a character too", async () => {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path);
  await session.initialize();
  const call = {
    jsonrpc: "2.0",
    id: "pieces",
    method: "tools/call",
    params: {
      name: "py_run_script_in_dir",
      arguments: { directory: home.path, script_content: "print('ü€😀')", use_uv: false },
    },
  };
  for (const byte of new TextEncoder().encode(`${JSON.stringify(call)}\r\n`)) {
    await session.writeBytes(new Uint8Array([byte]));
  }
  const { result } = await session.next(({ id }) => id === "pieces");
  assert.equal((result!.structuredContent as { stdout: string }).stdout, "ü€😀\n");
});

Deno.test("server refuses a line of more than 64 MiB and lives on", async () => {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path);
  await session.initialize();
  const piece = new Uint8Array(2 ** 20).fill(32);
  for (let n = 0; n < 65; n++) await session.writeBytes(piece);
  await session.write("\n");
  const { error } = await session.next((message) => message.error !== undefined);
  assert.equal(error!.code, -32600);
  assert.deepEqual((await session.request("ping")).result, {});
});

/** The lines of a session that hold batches. */
async function answersTo(batch: unknown[], version: string): Promise<Message[][]> {
  await using home = await TestHome.create();
  const session = new RawSession(home.path);
  await session.initialize(version);
  await session.write(`${JSON.stringify(batch)}\n`);
  await session.request("ping");
  await session.end();
  return session.stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(Array.isArray);
}

const PING = { jsonrpc: "2.0", method: "ping" };

Deno.test("server answers a batch in one line when the version is 2025-03-26", async () => {
  const batch = [{ ...PING, id: "a" }, { ...PING, id: "b" }, { id: "c" }];
  const [answers, ...more] = await answersTo(batch, "2025-03-26");
  assert.deepEqual(more, []);
  assert.deepEqual(answers!.map(({ id }) => id).sort(), ["a", "b", "c"]);
  assert.equal(answers!.find(({ id }) => id === "c")!.error!.code, -32600);
});

Deno.test("server answers a batch of notifications with nothing", async () => {
  const batch = [{ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5 } }];
  assert.deepEqual(await answersTo(batch, "2025-03-26"), []);
});

Deno.test("server answers the rest of a batch when one of its requests is cancelled", async () => {
  const arguments_ = { directory: "/tmp", script_content: "import time; time.sleep(60)" };
  const params = { name: "py_run_script_in_dir", arguments: { ...arguments_, use_uv: false } };
  const [answers] = await answersTo([
    { jsonrpc: "2.0", id: "long", method: "tools/call", params },
    { ...PING, id: "short" },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "long" } },
  ], "2025-03-26");
  assert.deepEqual(answers, [{ jsonrpc: "2.0", id: "short", result: {} }]);
});
