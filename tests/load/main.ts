/**
 * Eight servers on one home, a thousand short jobs each: all accounted for, and the throughput beside
 * `xargs -P` of the same scripts, in turn with it. A full run writes `results.json`.
 *
 *     deno task load [--servers 8] [--jobs 1000]
 */
import { parseArgs } from "node:util";
import { serverEnv } from "../helpers/program.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { queuedMemoryMb } from "./queued_memory.ts";
import { type LoadResults, writeLoadResults } from "./results.ts";

const PYTHON = "/usr/bin/python3";
/** So that the servers find that Python first, and no other version manager's. */
const SAME_PYTHON = { PATH: "/usr/bin:/bin", PYENV_ROOT: "/nowhere" };
/** Calls that each client has open at once, as a host with parallel tool calls has. */
const OPEN_CALLS = 2;
/** Both sides run in turn, in so many parts: what else the machine does then hits both. */
const PARTS = 10;
const PARALLEL = 4 * navigator.hardwareConcurrency;

const { values } = parseArgs({
  options: { servers: { type: "string" }, jobs: { type: "string" } },
});
const servers = Number(values.servers ?? 8);
const jobs = Number(values.jobs ?? 1000);
const isFull = values.servers === undefined && values.jobs === undefined;
const part = Math.ceil(jobs / PARTS);

await using home = await TestHome.create();
const script = home.join("short.py");
Deno.writeTextFileSync(script, "import sys\nprint(sys.argv[1])\n");

const sessions = await Promise.all(Array.from({ length: servers }, openSession));
const loadBefore = Math.round(Deno.loadavg()[0]! * 10) / 10;
let bare = 0;
let ours = 0;
let wrong = 0;
let done = 0;
for (; done < jobs; done += part) {
  bare += await secondsOf(() => runBare(servers * part));
  ours += await secondsOf(async () => {
    const runs = sessions.map((session, server) => runJobs(session, server, done, done + part));
    wrong += (await Promise.all(runs)).reduce((sum, n) => sum + n, 0);
  });
}
const memory = sessions.map(({ child }) => peakMemoryMb(child.pid));
const { total } = await sessions[0]!.call("py_list_jobs", { limit: 1 });
for (const session of sessions) await session.end();

const results: LoadResults = {
  load_average: loadBefore,
  servers,
  jobs: servers * done,
  wrong,
  left_over: Number(total),
  ours_per_second: Math.round(servers * done / ours),
  xargs_per_second: Math.round(servers * done / bare),
  parallel: PARALLEL,
  ratio: Number((bare / ours).toPrecision(2)),
  peak_server_mb: Math.round(Math.max(...memory)),
  queued_memory_mb: await queuedMemoryMb(),
};
say(JSON.stringify(results, null, 2));
if (isFull) await writeLoadResults(results);
Deno.exitCode = wrong === 0 && total === 0 && results.queued_memory_mb < 50 ? 0 : 1;

async function openSession(): Promise<RawSession> {
  const session = new RawSession(home.join("state"), SAME_PYTHON);
  await session.initialize();
  return session;
}

/** Runs a server's jobs of one part; returns how many did not answer as they should. */
async function runJobs(session: RawSession, server: number, from: number, to: number) {
  let next = from;
  let wrong = 0;
  const worker = async () => {
    while (next < to) {
      const tag = `${server}-${next++}`;
      const { stdout } = await session.call("py_run_script_in_dir", {
        directory: home.path,
        script_path: script,
        args: [tag],
        use_uv: false,
        time_budget_seconds: 300,
      });
      if (stdout !== `${tag}\n`) wrong++;
    }
  };
  await Promise.all(Array.from({ length: OPEN_CALLS }, worker));
  return wrong;
}

async function runBare(count: number): Promise<void> {
  const child = new Deno.Command("xargs", {
    args: ["-P", String(PARALLEL), "-I", "TAG", PYTHON, script, "TAG"],
    env: serverEnv(),
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const tags = Array.from({ length: count }, (_, index) => `${index}\n`).join("");
  await writer.write(new TextEncoder().encode(tags));
  await writer.close();
  await child.status;
}

async function secondsOf(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

function peakMemoryMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
