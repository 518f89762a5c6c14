/**
 * `deno task load:http [clients] [seconds] [pause]`: many clients at once over HTTP (500, for a minute,
 * each pausing 1 s between two calls): errors, memory, and how long `py_job_status` takes at the 99th
 * percentile beside an empty handler of the same SDK. A run with the defaults goes to `http_load.json`.
 */
import { fileURLToPath } from "node:url";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { HttpServerProcess } from "../helpers/http_server.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { RawHttp } from "../helpers/raw_http.ts";

/** What the calls of a tool took, in milliseconds. */
interface Load {
  times: number[];
  errors: number;
}

/** What such a run showed: milliseconds and MiB. */
export interface HttpLoad {
  clients: number;
  seconds: number;
  calls: number;
  errors: number;
  p99_ms: { ours: number; empty: number };
  memory_mib: { before: number; most: number };
}

const LOCK = fileURLToPath(new URL("../deno.lock", import.meta.url));
const RESULTS = new URL("http_load.json", import.meta.url);

export async function readHttpLoad(): Promise<HttpLoad> {
  return JSON.parse(await Deno.readTextFile(RESULTS));
}

/** Both servers take turns, so that what else the machine does hits them alike. */
const ROUNDS = 4;

type Target = Pick<HttpServerProcess, "url" | "authorization">;

/** Lets so many clients call one tool again and again. */
async function call(
  target: Target,
  tool: string,
  input: Record<string, unknown>,
  { clients, seconds, pause }: { clients: number; seconds: number; pause: number },
  load: Load,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const params = { name: tool, arguments: input, _meta: modernMeta() };
  await Promise.all(Array.from({ length: clients }, async () => {
    const client = new RawHttp(target, "2026-07-28");
    await sleep(Math.random() * pause);
    for (let n = 0; performance.now() < end; n++) {
      const began = performance.now();
      try {
        const answer = (await client.request("tools/call", params)).at(-1)!;
        if (answer.error || answer.result?.isError) load.errors++;
      } catch {
        load.errors++;
      }
      // The first call of each waits for its connection, which is not what is measured.
      if (n > 0) load.times.push(performance.now() - began);
      await sleep(pause);
    }
  }));
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** The same SDK with a tool that does nothing, in a process of its own. */
function serveEmpty(): void {
  const handler = createMcpHandler(() => {
    const server = new Server({ name: "empty", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/call", () => ({ content: [] }));
    return server;
  }, { legacy: "reject" });
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => print(`http://127.0.0.1:${port}/mcp\n`),
  }, (request) => handler.fetch(request));
}

/** Starts that process. */
async function startEmpty(): Promise<Target & AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--lock=${LOCK}`, "--frozen", import.meta.filename!, "empty"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  return {
    url: value!.trim(),
    authorization: { Authorization: "" },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
    },
  };
}

/** The time that so great a share of the calls kept to. */
function percentile({ times }: Load, share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(share * times.length)] ?? NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function measure(): Promise<void> {
  const [clients = 500, seconds = 60, pause = 1] = Deno.args.map(Number);
  const options = { clients, seconds: seconds / ROUNDS, pause };
  const home = await Deno.makeTempDir({ prefix: "python-mcp-load-" });
  try {
    await using server = await HttpServerProcess.start({ home });
    const { job_id } = await new RawHttp(server, "2026-07-28").call("py_run_script_in_dir_async", {
      directory: home,
      script_content: "print('x' * 1000)",
      use_uv: false,
    }, { _meta: modernMeta() });
    const status = { job_id, wait_seconds: 10 };
    await new RawHttp(server, "2026-07-28").call("py_job_status", status, { _meta: modernMeta() });
    const before = memoryOf(server.child.pid);
    await using empty = await startEmpty();
    const [ours, base]: [Load, Load] = [{ times: [], errors: 0 }, { times: [], errors: 0 }];
    const memory = [];
    for (let round = 0; round < ROUNDS; round++) {
      await call(server, "py_job_status", { job_id }, options, ours);
      memory.push(memoryOf(server.child.pid));
      await call(empty, "empty", {}, options, base);
    }
    const results: HttpLoad = {
      clients,
      seconds,
      calls: ours.times.length,
      errors: ours.errors,
      p99_ms: { ours: rounded(percentile(ours, 0.99)), empty: rounded(percentile(base, 0.99)) },
      memory_mib: { before: Math.round(before), most: Math.round(Math.max(...memory)) },
    };
    print(JSON.stringify(results, null, 2) + "\n");
    if (Deno.args.length === 0) {
      await Deno.writeTextFile(RESULTS, JSON.stringify(results, null, 2) + "\n");
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

if (import.meta.main) {
  if (Deno.args[0] === "empty") serveEmpty();
  else await measure();
}
