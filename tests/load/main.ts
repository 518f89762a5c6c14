/**
 * Eight servers on one home, a thousand short jobs each: all accounted for, and the throughput beside
 * `xargs -P` of the same scripts in the same run.
 *
 *     deno task load [--servers 8] [--jobs 1000]
 */
import { parseArgs } from "node:util";
import { serverEnv } from "../helpers/connect.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";

const PYTHON = "/usr/bin/python3";
/** So that the servers find that Python first, and no other version manager's. */
const SAME_PYTHON = { PATH: "/usr/bin:/bin", PYENV_ROOT: "/nowhere" };
/** Calls that each client has open at once, as a host with parallel tool calls has. */
const OPEN_CALLS = 2;

const { values } = parseArgs({
  options: { servers: { type: "string" }, jobs: { type: "string" } },
});
const servers = Number(values.servers ?? 8);
const jobs = Number(values.jobs ?? 1000);

await using home = await TestHome.create();
const script = home.join("short.py");
Deno.writeTextFileSync(script, "import sys\nprint(sys.argv[1])\n");

const bare = await bareSeconds(servers * jobs);
const sessions = await Promise.all(Array.from({ length: servers }, openSession));
const began = performance.now();
const wrong = (await Promise.all(sessions.map(runJobs))).reduce((sum, n) => sum + n, 0);
const ours = (performance.now() - began) / 1000;
const memory = sessions.map(({ child }) => peakMemoryMb(child.pid));
for (const session of sessions) await session.end();

say(`jobs                 ${servers} servers x ${jobs}, ${wrong} wrong or lost`);
say(`throughput           ${rate(ours)} jobs/s; xargs -P ${parallel()}: ${rate(bare)} jobs/s`);
say(`ratio                ${(bare / ours).toFixed(2)} x xargs (goal: at least 0.80)`);
say(`peak memory a server ${Math.max(...memory).toFixed(0)} MB at most`);
Deno.exitCode = wrong === 0 ? 0 : 1;

async function openSession(): Promise<RawSession> {
  const session = new RawSession(home.join("state"), SAME_PYTHON);
  await session.initialize();
  return session;
}

/** Runs a server's jobs; returns how many did not answer as they should. */
async function runJobs(session: RawSession, server: number): Promise<number> {
  let next = 0;
  let wrong = 0;
  const worker = async () => {
    while (next < jobs) {
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

async function bareSeconds(count: number): Promise<number> {
  const child = new Deno.Command("xargs", {
    args: ["-P", String(parallel()), "-I", "TAG", PYTHON, script, "TAG"],
    env: serverEnv(),
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const began = performance.now();
  const writer = child.stdin.getWriter();
  const tags = Array.from({ length: count }, (_, index) => `${index}\n`).join("");
  await writer.write(new TextEncoder().encode(tags));
  await writer.close();
  await child.status;
  return (performance.now() - began) / 1000;
}

function parallel(): number {
  return 4 * navigator.hardwareConcurrency;
}

function rate(seconds: number): string {
  return (servers * jobs / seconds).toFixed(0);
}

function peakMemoryMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
