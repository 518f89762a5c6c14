import { serverEnv } from "../helpers/program.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";

const PYTHON = "/usr/bin/python3";
/** So that the servers find that Python first, and no other version manager's. */
const SAME_PYTHON = { PATH: "/usr/bin:/bin", PYENV_ROOT: "/nowhere" };
/** Calls that each client has open at once, as a host with parallel tool calls has. */
const OPEN_CALLS = 2;
/** Both sides run in turn, in so many parts: what else the machine does then hits both. */
const PARTS = 10;
/** Of our jobs, how many `xargs` runs: enough for its rate. */
const BARE_SHARE = 0.25;

export const PARALLEL = 4 * navigator.hardwareConcurrency;

export interface Throughput {
  /** Of all servers together. */
  jobs: number;
  /** Jobs that did not answer what their script printed. */
  wrong: number;
  /** Jobs that are listed although all were answered within their calls. */
  left_over: number;
  ours_per_second: number;
  xargs_per_second: number;
  /** Our throughput as a multiple of that of `xargs`. */
  ratio: number;
  /** Of the server that took most. */
  peak_server_mb: number;
}

export interface Load {
  servers: number;
  /** Of each server. */
  jobs: number;
  /** As `PYTHON_MCP_WARM` says. */
  warm: "imports" | "off";
  /** Is told after each part how far it is. */
  onPart?: (done: number, ours: number, xargs: number) => void;
}

/** How many short jobs a second several servers of one home run, beside `xargs` with the same scripts. */
export async function throughput(
  { servers, jobs, warm, onPart = () => {} }: Load,
): Promise<Throughput> {
  await using home = await TestHome.create();
  const script = home.join("short.py");
  Deno.writeTextFileSync(script, "import sys\nprint(sys.argv[1])\n");
  const sessions = await Promise.all(Array.from({ length: servers }, async () => {
    const session = new RawSession(home.join("state"), { ...SAME_PYTHON, PYTHON_MCP_WARM: warm });
    await session.initialize();
    return session;
  }));
  const part = Math.ceil(jobs / PARTS);
  const bareOfPart = Math.ceil(servers * part * BARE_SHARE);
  const total = { bare: 0, bareSeconds: 0, ours: 0, oursSeconds: 0 };
  const rate = (of: "bare" | "ours") => total[of] / total[`${of}Seconds`];
  let wrong = 0;
  for (let done = 0; done < jobs; done += part) {
    total.bareSeconds += await secondsOf(() => runBare(script, bareOfPart));
    total.bare += bareOfPart;
    total.oursSeconds += await secondsOf(async () => {
      const runs = sessions.map((session, server) =>
        runJobs(session, script, Array.from({ length: part }, (_, n) => `${server}-${done + n}`))
      );
      wrong += (await Promise.all(runs)).reduce((sum, n) => sum + n, 0);
    });
    total.ours += servers * part;
    onPart(total.ours, rate("ours"), rate("bare"));
  }
  const memory = sessions.map(({ child }) => peakMemoryMb(child.pid));
  const listed = await sessions[0]!.call("py_list_jobs", { limit: 1 });
  await Promise.all(sessions.map((session) => session.end()));
  return {
    jobs: total.ours,
    wrong,
    left_over: Number(listed.total),
    ours_per_second: Math.round(rate("ours")),
    xargs_per_second: Math.round(rate("bare")),
    ratio: Number((rate("ours") / rate("bare")).toPrecision(2)),
    peak_server_mb: Math.round(Math.max(...memory)),
  };
}

/** Runs a server's jobs, one for each tag; returns how many did not answer as they should. */
async function runJobs(session: RawSession, script: string, tags: string[]): Promise<number> {
  let wrong = 0;
  const worker = async () => {
    for (let tag = tags.pop(); tag !== undefined; tag = tags.pop()) {
      const { stdout } = await session.call("py_run_script_in_dir", {
        directory: script.slice(0, script.lastIndexOf("/")),
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

async function runBare(script: string, count: number): Promise<void> {
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
