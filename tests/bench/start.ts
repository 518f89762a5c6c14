import { MAIN, serverEnv } from "../helpers/program.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { connect } from "../helpers/connect.ts";
import { compare, type Figure, median } from "./compare.ts";
import type { Amount } from "./results.ts";
import { residentBytes, run } from "./processes.ts";

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bench", version: "1" },
  },
}) + "\n";

/** From the start of the process until `initialize` is answered, against an empty program. */
export async function benchStart(home: TestHome): Promise<Figure[]> {
  const empty = home.join("empty.ts");
  await Deno.writeTextFile(empty, "");
  return [
    await compare({
      name: "start",
      ours: "process start to `initialize` answered",
      base: "`deno run` of an empty file",
      goal: 5,
      pairs: 15,
      runOurs: () => startAndInitialize(home.path),
      runBase: async () => void await run([Deno.execPath(), "run", empty], home.path),
    }),
  ];
}

/** V8 gives back what the start has left behind when nothing has happened for half a minute. */
const IDLE_MS = 60_000;
const SERVERS = 3;

/** What a server takes that has a client and nothing to do. */
export async function benchIdleMemory(home: TestHome): Promise<Amount> {
  await using servers = new AsyncDisposableStack();
  const pids: number[] = [];
  for (let n = 0; n < SERVERS; n++) {
    const server = servers.use(await connect({ home: home.join(`home${n}`) }));
    pids.push(server.pid());
  }
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return {
    what: "resident memory of a server",
    since: "a minute after its client has connected, no call yet",
    value: Math.round(median(pids.map(residentBytes)) / 2 ** 20),
    unit: "MB",
    goal: 80,
  };
}

/** Milliseconds until the first line on stdout. */
async function startAndInitialize(home: string): Promise<number> {
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", MAIN],
    clearEnv: true,
    env: { ...serverEnv(), PYTHON_MCP_HOME: home },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(INITIALIZE));
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The server ended before it answered");
    text += value;
  }
  const took = performance.now() - began;
  if (!("result" in JSON.parse(text))) throw new Error(`initialize answered ${text}`);
  await writer.close();
  await reader.cancel();
  await child.status;
  return took;
}
