import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { StdioTransport } from "../../../lib/serve/stdio/stdio_transport.ts";

const id = fc.oneof(fc.integer(), fc.string());
const params = fc.dictionary(
  fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__" && key !== "_meta"),
  fc.jsonValue(),
);
const message: fc.Arbitrary<JSONRPCMessage> = fc.oneof(
  fc.record({ jsonrpc: fc.constant("2.0" as const), id, method: fc.string(), params }),
  fc.record({ jsonrpc: fc.constant("2.0" as const), method: fc.string(), params }),
  fc.record({ jsonrpc: fc.constant("2.0" as const), id, result: params }),
).map((one) => JSON.parse(JSON.stringify(one)));
const ending = fc.constantFrom("\n", "\r\n", "\n\n", "\n  \n");

/** What reaches the server when these bytes come in these pieces. */
async function received(pieces: Uint8Array[]): Promise<unknown[]> {
  const transport = new StdioTransport(ReadableStream.from(pieces), () => Promise.resolve());
  const messages: unknown[] = [];
  transport.onmessage = (message) => void messages.push(message);
  await transport.start();
  await transport.inputEnded;
  await transport.close();
  return messages;
}

async function receivedBySdk(pieces: Uint8Array[]): Promise<unknown[]> {
  const input = new PassThrough();
  const transport = new StdioServerTransport(input, new PassThrough());
  const messages: unknown[] = [];
  transport.onmessage = (message) => void messages.push(message);
  await transport.start();
  for (const piece of pieces) input.write(piece);
  await new Promise((resolve) => input.end(resolve));
  await transport.close();
  return messages;
}

async function sent(messages: JSONRPCMessage[]): Promise<string> {
  let text = "";
  const output = (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    return Promise.resolve();
  };
  const transport = new StdioTransport(ReadableStream.from([]), output);
  for (const message of messages) await transport.send(message);
  await transport.close();
  return text;
}

async function sentBySdk(messages: JSONRPCMessage[]): Promise<string> {
  const output = new PassThrough();
  let text = "";
  output.on("data", (piece) => text += piece);
  const transport = new StdioServerTransport(new PassThrough(), output);
  await transport.start();
  for (const message of messages) await transport.send(message);
  await transport.close();
  return text;
}

Deno.test("stdio reads what the SDK's transport reads, however it is cut into pieces", async () => {
  const lines = fc.array(fc.tuple(message, ending), { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(lines, fc.integer({ min: 1, max: 64 }), async (lines, size) => {
    const text = lines.map(([message, ending]) => JSON.stringify(message) + ending).join("");
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, n) => bytes.slice(n * size, (n + 1) * size),
    );
    const ours = await received(pieces);
    assert.deepEqual(ours, await receivedBySdk(pieces));
    assert.equal(ours.length, lines.length);
  }));
});

Deno.test("stdio writes what the SDK's transport writes", async () => {
  await fc.assert(fc.asyncProperty(fc.array(message, { maxLength: 6 }), async (messages) => {
    const ours = await sent(messages);
    assert.equal(ours, await sentBySdk(messages));
    assert.equal(ours.split("\n").length, messages.length + 1);
  }));
});
