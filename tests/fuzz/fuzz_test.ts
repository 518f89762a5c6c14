import assert from "node:assert/strict";
import fc from "fast-check";
import { TOOLS } from "../../lib/mcp/tools/tools.ts";
import { type Message, RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";

/** How many lines are sent in all; CI sends 10,000. */
const TOTAL = Number(Deno.env.get("FUZZ_RUNS") ?? 1000);
const PARTS = 5;
const RUNS = Math.ceil(TOTAL / PARTS);
/** No answer takes longer, however busy the machine is: else the server hangs. */
const HANGS_MS = 20_000;
/** A frame of a stack trace in JSON, which no answer may hold. */
const STACK_FRAME = /\\n\s+at .+:\d+:\d+/;

const NAMES = TOOLS.flatMap((tool) => Object.keys(tool.input.shape));
const NEWLINE = 10;
const MESSAGES = [
  { jsonrpc: "2.0", id: "a", method: "ping" },
  { jsonrpc: "2.0", id: 987_654_321, method: "tools/list", params: {} },
  {
    jsonrpc: "2.0",
    id: "b",
    method: "tools/call",
    params: { name: "py_job_status", arguments: { job_id: "none" } },
  },
];
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
const QUIET_TOOLS = TOOLS.filter(({ name }) => !/run|benchmark/.test(name));
const CANDIDATES = [
  "",
  "x",
  "../x",
  "é".repeat(300),
  crypto.randomUUID(),
  0,
  1,
  7,
  0.5,
  1e9,
  true,
  false,
]
  .concat([["a"], { a: "b" }, "completed", "failed", "interrupt", "restart"] as never[]);
/** A call of a tool with parameters of its own, each valid by itself; now and then one is changed. */
const call = fc.constantFrom(...QUIET_TOOLS).chain(({ name, input }) => {
  const valid = Object.entries(input.shape).map(([key, type]) => {
    const good = CANDIDATES.filter((candidate) => type.safeParse(candidate).success);
    return [key, fc.constantFrom(...good)] as const;
  });
  const required = Object.keys(input.shape).filter((key) =>
    !input.shape[key]!.safeParse(undefined).success
  );
  const good = fc.record(Object.fromEntries(valid), { requiredKeys: required });
  const changed = fc.tuple(good, args).map(([good, args]) => ({ ...good, ...args }));
  return fc.tuple(fc.constant(name), fc.oneof(good, changed));
});

async function withSession(body: (session: RawSession) => Promise<void>): Promise<void> {
  await using home = await TestHome.create();
  await using session = new RawSession(home.path);
  await session.initialize();
  await body(session);
  // It still works, and has nothing more to say.
  assert.deepEqual(await session.call("py_list_jobs", { limit: 1 }), { jobs: [], total: 0 });
}

/** Sends a line; what JSON-RPC 2.0 says about it decides which answer must come, if any. */
async function assertAnswered(session: RawSession, line: Uint8Array<ArrayBuffer>): Promise<void> {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(line);
  await session.writeBytes(new Uint8Array([...line, NEWLINE]));
  // What is refused is refused at once: before the answer to this.
  await session.request("ping");
  const refusals = (await allNow(session, (message) => message.id === null)).map(codeOf);
  const value = parsed(text);
  if (text.trim() === "") {
    assert.deepEqual(refusals, []);
  } else if (value === undefined) {
    assert.deepEqual(refusals, [-32700]);
  } else if (typeof value !== "object" || value === null || Array.isArray(value)) {
    assert.deepEqual(refusals, [-32600]);
  } else if ("id" in value && (typeof value.id === "string" || Number.isFinite(value.id))) {
    assert.deepEqual(refusals, []);
    const isResponse = "result" in value || "error" in value;
    if ("method" in value || !isResponse) {
      assertDecent(await session.next((message) => message.id === value.id, HANGS_MS));
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf({ error }: Message): number | undefined {
  return error?.code;
}

async function allNow(session: RawSession, fits: (message: Message) => boolean) {
  const found: Message[] = [];
  try {
    while (true) found.push(await session.next(fits, 0));
  } catch {
    return found; // no more of them
  }
}

function assertDecent(message: Message): void {
  assert.equal(message.jsonrpc, "2.0");
  assert.ok("result" in message !== "error" in message, JSON.stringify(message).slice(0, 300));
  assert.doesNotMatch(JSON.stringify(message), STACK_FRAME);
}

Deno.test("server answers every line when it is random bytes", async () => {
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await assertAnswered(session, bytes.map((byte) => byte === NEWLINE ? 0 : byte));
      }),
      { numRuns: RUNS },
    );
  });
});

Deno.test("server answers every line when a byte of a message is changed", async () => {
  const change = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    put: fc.uint8Array({ maxLength: 3 }),
  });
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...MESSAGES), change, async (message, change) => {
        const bytes = new TextEncoder().encode(JSON.stringify(message));
        const at = change.at % bytes.length;
        const put = change.put.map((byte) => byte === NEWLINE ? 0 : byte);
        const line = [...bytes.subarray(0, at), ...put, ...bytes.subarray(at + change.remove)];
        await assertAnswered(session, new Uint8Array(line));
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
        assertDecent(await session.next((message) => message.id === id, HANGS_MS));
      }),
      { numRuns: RUNS },
    );
  });
});

Deno.test("server answers every call when arguments are mutated", async () => {
  await withSession(async (session) => {
    await fc.assert(
      fc.asyncProperty(call, async ([name, { wait_seconds: _, ...args }]) => {
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
