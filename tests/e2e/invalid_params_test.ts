import assert from "node:assert/strict";
import { modernMeta } from "../helpers/modern_meta.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const shared = new SharedServers();

const INVALID: [method: string, params: Record<string, unknown>, names: RegExp][] = [
  ["tools/list", { cursor: 7 }, /params\.cursor/],
  ["tools/call", {}, /name/],
  ["tools/call", { name: "py_list_jobs", arguments: 3 }, /arguments/],
  ["tools/call", { name: "py_nothing" }, /Unknown tool: py_nothing/],
  ["resources/read", {}, /params\.uri/],
  ["resources/list", { cursor: "yesterday" }, /Invalid cursor: yesterday/],
  ["prompts/get", { name: 3 }, /params\.name/],
  ["prompts/get", { name: "nothing" }, /Unknown prompt: nothing/],
  ["completion/complete", {}, /params/],
];

for (const era of ["2025", "2026-07-28"] as const) {
  const _meta = era === "2025" ? undefined : modernMeta();
  const openSession = () => shared.rawSession(era);

  Deno.test(`server answers -32602, naming the fault, when params are invalid (${era} client)`, async () => {
    const session = await openSession();
    for (const [method, params, names] of INVALID) {
      const { error } = await session.request(method, { ...params, _meta });
      assert.equal(error?.code, -32602, method);
      assert.match(error!.message, names);
    }
  });

  Deno.test(`server answers -32601 when there is no such method (${era} client)`, async () => {
    const session = await openSession();
    // Tasks are an extension of 2026-07-28; subscriptions and log levels ended with 2025-11-25.
    const others = era === "2025"
      ? ["tasks/get", "server/nothing"]
      : ["resources/subscribe", "logging/setLevel", "tasks/result", "tasks/list"];
    for (const method of others) {
      const { error } = await session.request(method, { taskId: "x", _meta });
      assert.equal(error?.code, -32601, method);
    }
  });
}
