import assert from "node:assert/strict";
import fc from "fast-check";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { type Message, RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";

const RUNS = Number(Deno.env.get("FUZZ_RUNS") ?? 3000);
/** A frame of a stack trace, which no answer may hold. */
const STACK_FRAME = /\n\s+at .+:\d+:\d+/;

const NAMES = TOOLS.flatMap((tool) => Object.keys(tool.input.shape));
/** Values that are near enough to valid ones to get past the first check. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "/",
    "..",
    "\0",
    "print(1)",
    "3.12",
    "a.py",
    -1,
    0,
    1e308,
    null,
    true,
  ),
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const args = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), value, { maxKeys: 5 });

/** Runs are left out: what fuzzed code does is not the server's to answer for. */
const QUIET_TOOLS = TOOLS.map(({ name }) => name).filter((name) => !name.includes("_script_"));

async function withSession(body: (session: RawSession) => Promise<void>): Promise<void> {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path);
  await session.initialize();
  await body(session);
  // It still works.
  assert.deepEqual(await session.call("py_list_jobs", { limit: 1 }), { jobs: [], total: 0 });
}

function assertDecent(message: Message): void {
  assert.equal(message.jsonrpc, "2.0");
  assert.ok("result" in message !== "error" in message, JSON.stringify(message).slice(0, 300));
  assert.doesNotMatch(JSON.stringify(message), STACK_FRAME);
}

Deno.test("server answers and lives on when lines are random bytes", async () => {
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (text) => {
        await session.write(text.replaceAll("\n", " ") + "\n");
      }),
      { numRuns: RUNS },
    );
  });
});

Deno.test("server answers every request when JSON-RPC is mutated", async () => {
  const method = fc.oneof(
    fc.constantFrom("tools/list", "tools/call", "resources/read", "resources/list", "prompts/get"),
    fc.constantFrom("completion/complete", "logging/setLevel", "ping", "tasks/get"),
    fc.string(),
  );
  const params = fc.oneof(fc.jsonValue({ maxDepth: 2 }), args);
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), method, params, async (id, method, params) => {
        await session.send({ id, method, params });
        assertDecent(await session.next((message) => message.id === id, 10_000));
      }),
      { numRuns: RUNS },
    );
  });
});

Deno.test("server answers every call when arguments are mutated", async () => {
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...QUIET_TOOLS), args, async (name, args) => {
        delete args.wait_seconds;
        const message = await session.request("tools/call", { name, arguments: args });
        assertDecent(message);
      }),
      { numRuns: RUNS },
    );
  });
});

Deno.test("server answers every run when its arguments are mutated", async () => {
  const near = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 4 });
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(near, async (args) => {
        const message = await session.request("tools/call", {
          name: "py_run_script_in_dir",
          // Without a directory nothing runs, whatever else is valid.
          arguments: { ...args, directory: "/python-mcp/nowhere" },
        });
        assertDecent(message);
        assert.equal(message.result?.isError, true);
      }),
      { numRuns: RUNS },
    );
  });
});
