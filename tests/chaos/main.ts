/**
 * Starts servers and jobs of every kind on one home, kills servers, launchers, supervisors and scripts
 * at random moments, and checks every job against the truth that its script wrote.
 *
 *     deno task chaos [--seed N] [--seconds N] [--kills N]
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { checkJobs, type Started } from "./check_jobs.ts";
import { processesOf, type Role } from "./processes.ts";
import { Random } from "./random.ts";

const KINDS = ["quick", "quick", "long", "family", "stubborn", "plain"];
const SERVERS = 3;

const { values } = parseArgs({
  options: { seed: { type: "string" }, seconds: { type: "string" }, kills: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 1e6);
const seconds = Number(values.seconds ?? 60);
const kills = Number(values.kills ?? 200);
const random = new Random(seed);
const script = new URL("./script.py", import.meta.url).pathname;
say(`chaos: seed ${seed}, ${seconds} s, at least ${kills} kills`);

await using home = await TestHome.create();
const truths = home.join("truths");
Deno.mkdirSync(truths);
const started: Started[] = [];
const faults: Record<Role | "closed", number> = {
  server: 0,
  launcher: 0,
  supervisor: 0,
  script: 0,
  closed: 0,
};
const sessions: RawSession[] = [];

const until = performance.now() + seconds * 1000;
let killed = 0;
while (performance.now() < until || killed < kills) {
  while (sessions.length < SERVERS) sessions.push(await openSession());
  const calls = Array.from({ length: 1 + random.below(4) }, () => startJob(random.pick(sessions)));
  await pause(random.below(60));
  killed += fault();
  if (random.below(3) === 0) cancelOne(random.pick(sessions));
  await Promise.race([Promise.all(calls), pause(150 + random.below(150))]);
}
const report = await settle();
say(JSON.stringify(report, null, 2));
Deno.exitCode = report.problems.length === 0 ? 0 : 1;

async function openSession(): Promise<RawSession> {
  const session = new RawSession(home.join("state"), { PYTHON_MCP_MAX_RUNNING: "4" });
  await session.initialize().catch(() => {});
  return session;
}

async function startJob(session: RawSession): Promise<void> {
  const kind = random.pick(KINDS);
  const exitCode = random.below(4) === 0 ? 3 : 0;
  const inCall = random.below(3) === 0;
  const job: Started = { tag: crypto.randomUUID(), kind, exitCode };
  started.push(job);
  const args: Record<string, unknown> = {
    directory: truths,
    script_path: script,
    args: [kind, join(truths, job.tag), String(exitCode)],
    use_uv: false,
    job_label: job.tag,
  };
  if (random.below(5) === 0) {
    args.env_vars = { CHAOS: "1" };
    job.hasValues = true;
  }
  try {
    const answer = await session.call(
      inCall ? "py_run_script_in_dir" : "py_run_script_in_dir_async",
      inCall ? { ...args, time_budget_seconds: 0.3 } : args,
    );
    if (typeof answer.job_id === "string") job.id = answer.job_id;
    else job.answer = answer;
  } catch {
    // Its server was killed: the job is found by its label, or was never promised.
  }
}

function cancelOne(session: RawSession): void {
  const job = random.pick(started.filter(({ id }) => id !== undefined));
  if (!job) return;
  job.mayBeCancelled = true;
  session.call("py_cancel_job", { job_id: job.id }).catch(() => {});
}

/** Kills one process, or closes a server's input; returns how many were killed. */
function fault(): number {
  const role = random.pick(["server", "launcher", "supervisor", "script", "closed"] as const);
  if (role === "closed" || role === "server") {
    const [session] = sessions.splice(random.below(sessions.length), 1);
    if (role === "closed") session!.closeInput();
    else session!.child.kill("SIGKILL");
    session!.end().catch(() => {});
  } else {
    const pid = random.pick(processesOf(home.path).get(role) ?? []);
    if (pid === undefined) return 0;
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      return 0; // it ended meanwhile
    }
  }
  faults[role]++;
  return 1;
}

async function settle() {
  for (const session of sessions) await session.end();
  await using last = await openSession();
  return { seed, faults, ...await checkJobs(last, home, truths, started) };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
