import { join } from "node:path";
import { exists, readJsonIfThere } from "../../lib/base/private_files.ts";
import { canFreeze, freezeAll } from "../helpers/freeze.ts";
import { RawSession } from "../helpers/raw_session.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { MOST_BYTES } from "./check_job.ts";
import { type Fault, FAULTS, KINDS, type PlannedJob, type Round } from "./plan.ts";
import { jobsOf, processesOf, type Role } from "./processes.ts";

const SERVERS = 3;
const AMBUSH_MS = 400;
const HOST_MS = 4000;
/** Kinds of scripts that run for half a second and more. */
const LASTING = KINDS.filter((kind) => !["quick", "values", "input", "much"].includes(kind));
const SCRIPT = new URL("./script.py", import.meta.url).pathname;

/** A job that the run asked for, and what it was told. */
export interface Started extends PlannedJob {
  tag: string;
  /** The id, where a server answered with one: from then on it must not be lost. */
  id?: string;
  /** The result, where a server answered within the call. */
  answer?: Record<string, unknown>;
  mayBeCancelled: boolean;
  /** What was killed, or removed, under it; `home`: it could not be written to. */
  hit: Set<Role | "folder" | "home">;
}

/** Some servers on one home, the jobs that they were given, and what was done to them. */
export class House {
  readonly started: Started[] = [];
  readonly faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  /** How often a fault came just when a job's hand-over had come to a step. */
  readonly ambushes: Record<string, number> = {};
  readonly sessions: RawSession[] = [];
  /** Why servers ended that nobody had ended. */
  readonly fallen: string[] = [];
  readonly state: string;
  readonly truths: string;

  #veteran?: RawSession;

  constructor(readonly home: TestHome) {
    this.state = home.join("state");
    this.truths = home.join("truths");
    Deno.mkdirSync(this.truths);
  }

  get kills(): number {
    return Object.values(this.faults).reduce((sum, count) => sum + count, 0);
  }

  async fill(): Promise<void> {
    await this.veteran();
    while (this.sessions.length < SERVERS) this.sessions.push(await this.openSession());
  }

  /** A server that lives on while others are killed, unless everything is: what leaks shows there. */
  async veteran(): Promise<RawSession> {
    return this.#veteran ??= await this.openSession();
  }

  async openSession(): Promise<RawSession> {
    const session = new RawSession(this.state, {
      PYTHON_MCP_MAX_RUNNING: "4",
      PYTHON_MCP_MAX_OUTPUT_MB: String(MOST_BYTES >> 20),
    });
    await session.initialize();
    session.child.status.then(({ code, signal }) => {
      if (this.sessions.includes(session) || this.#veteran === session) {
        this.#lose(session, `${signal ?? code}`);
      }
    });
    return session;
  }

  /** A server that was to live has ended. */
  #lose(session: RawSession, how: string): void {
    const tell = () =>
      this.fallen.push(`a server has ended by itself (${how}): ${session.stderr.slice(-2000)}`);
    session.end().then(tell, tell);
    const place = this.sessions.indexOf(session);
    if (place >= 0) this.sessions.splice(place, 1);
    else this.#veteran = undefined;
  }

  /** Ends the servers. */
  async close(): Promise<void> {
    const all = [...this.sessions.splice(0), this.#veteran!];
    this.#veteran = undefined;
    for (const session of all) await session.end();
  }

  async play(round: Round): Promise<void> {
    await this.fill();
    if (round.withHost && Deno.env.get("PYTHON_MCP_WARM") !== "off") await this.#untilHost();
    const before = new Set(this.#folders());
    const calls = round.jobs.map((job) => this.startJob(job));
    const came = typeof round.at === "number"
      ? (await pause(round.at), undefined)
      : await this.#ambush(round.at, before);
    if (await this.#strike(round) && came) this.ambushes[came] = (this.ambushes[came] ?? 0) + 1;
    if (round.cancel !== undefined) this.#cancelOne(round.cancel);
    await Promise.race([Promise.all(calls), pause(round.pause)]);
  }

  /** Kills the supervisor of a job of every kind while its script and all that it started runs. */
  async killEachSupervisor(): Promise<void> {
    await this.fill();
    for (const kind of LASTING) {
      const job = await this.startJob({ kind, exitCode: 0, inCall: false, server: 0 });
      const supervisor = await waitFor(() => {
        if (exists(join(this.state, "jobs", job.id!, "outcome.json"))) return "it has ended";
        const runs = exists(join(this.truths, job.tag));
        return runs &&
          this.#living("supervisor").find((pid) => this.#jobsOf(pid).includes(job.id!));
      }, { what: `the start of a ${kind} job`, timeoutMs: 120_000 });
      // What ends by itself may do so before it is found on a busy machine.
      if (typeof supervisor === "string") continue;
      // It has started its family by now, or is about to.
      await pause(100);
      if (this.#kill(supervisor, "supervisor")) this.faults.supervisor++;
    }
  }

  /** How many jobs, of those whose files are left, were forked by a warm host. */
  countWarm(): number {
    const outcomes = this.#folders().map((id) =>
      readJsonIfThere<{ cold: unknown }>(join(this.state, "jobs", id, "outcome.json"))
    );
    return outcomes.filter((outcome) => outcome?.cold === null).length;
  }

  async startJob(planned: PlannedJob): Promise<Started> {
    const session = at([this.#veteran!, ...this.sessions], planned.server)!;
    const job: Started = {
      ...planned,
      tag: crypto.randomUUID(),
      mayBeCancelled: false,
      hit: new Set(),
    };
    this.started.push(job);
    const args: Record<string, unknown> = {
      directory: this.truths,
      script_path: SCRIPT,
      args: [job.kind, join(this.truths, job.tag), String(job.exitCode)],
      use_uv: false,
      job_label: job.tag,
    };
    if (job.kind === "values") args.env_vars = { CHAOS: job.tag };
    if (job.kind === "input") args.stdin = job.tag;
    if (job.kind === "limit") args.timeout_seconds = 1;
    try {
      const answer = await session.call(
        job.inCall ? "py_run_script_in_dir" : "py_run_script_in_dir_async",
        job.inCall ? { ...args, time_budget_seconds: 0.3 } : args,
      );
      if (typeof answer.job_id === "string") job.id = answer.job_id;
      else job.answer = answer;
    } catch {
      // Its server was killed: the job is found by its label, or was never promised.
    }
    return job;
  }

  /** Waits until the hand-over of a new job has come to a step. */
  async #ambush(step: string, before: Set<string>): Promise<string | undefined> {
    const until = performance.now() + AMBUSH_MS;
    while (performance.now() < until) {
      for (const id of this.#folders()) {
        if (!before.has(id) && exists(join(this.state, "jobs", id, step))) return step;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return undefined;
  }

  /** Has a warm host started, which comes some time after a run, where runs may be warm here. */
  async #untilHost(): Promise<void> {
    const until = performance.now() + HOST_MS;
    while (performance.now() < until && this.#living("host").length === 0) {
      await this.startJob({ kind: "quick", exitCode: 0, inCall: true, server: 0 });
      await pause(300);
    }
  }

  #folders(): string[] {
    const jobs = join(this.state, "jobs");
    return exists(jobs) ? [...Deno.readDirSync(jobs)].map(({ name }) => name) : [];
  }

  /** Does what the round has in store; false when there was nobody to do it to. */
  async #strike({ fault, victim, pause: milliseconds }: Round): Promise<boolean> {
    if (fault === "read_only") {
      if (!await canFreeze()) return false;
      await this.#freeze(milliseconds);
    } else if (fault === "folder") {
      if (!this.#removeFolder(victim)) return false;
    } else if (fault === "stopped") {
      const pid = at(this.#living("supervisor"), victim);
      if (pid === undefined || !signal(pid, "SIGSTOP")) return false;
    } else if (fault === "server" || fault === "terminated" || fault === "closed") {
      const [session] = this.sessions.splice(Math.floor(victim * this.sessions.length), 1);
      if (fault === "closed") session!.closeInput();
      else session!.child.kill(fault === "server" ? "SIGKILL" : "SIGTERM");
      session!.end().catch(() => {});
    } else if (fault === "all") {
      const all = [...this.sessions.splice(0), this.#veteran!];
      this.#veteran = undefined;
      for (const session of all) {
        session.child.kill("SIGKILL");
        session.end().catch(() => {});
      }
      for (const role of ["host", "launcher", "supervisor", "script"] as const) {
        for (const pid of this.#living(role)) this.#kill(pid, role);
      }
    } else {
      const pid = at(this.#living(fault), victim);
      if (pid === undefined || !this.#kill(pid, fault)) return false;
    }
    this.faults[fault]++;
    return true;
  }

  async #freeze(milliseconds: number): Promise<void> {
    // Without SQLite's shared memory: whoever writes into an immutable file's gets SIGBUS.
    const parts = ["jobs", "queue", "owners", "adopt", "meta/jobs.db", "meta/jobs.db-wal"]
      .map((part) => join(this.state, part));
    freezeAll(true, ...parts);
    try {
      await pause(milliseconds);
    } finally {
      // Once more: what a server moves from one of them to another meanwhile is still frozen inside.
      for (let pass = 0; pass < 2; pass++) freezeAll(false, ...parts);
      for (const job of this.started) job.hit.add("home");
    }
  }

  /** Removes the folder of a job that is known to have started; its row may say so for a while. */
  #removeFolder(victim: number): boolean {
    const job = at(this.started.filter(({ id, hit }) => id && !hit.has("folder")), victim);
    if (!job) return false;
    job.hit.add("folder");
    try {
      Deno.removeSync(join(this.state, "jobs", job.id!), { recursive: true });
    } catch {
      // Its supervisor has just made a file there: what is left is swept.
    }
    return true;
  }

  #living(role: Role): number[] {
    return processesOf(this.home.path).get(role) ?? [];
  }

  #jobsOf(pid: number): string[] {
    return jobsOf(pid, join(this.state, "jobs"));
  }

  #kill(pid: number, role: Role): boolean {
    for (const id of this.#jobsOf(pid)) {
      const spec = readJsonIfThere<{ label: string }>(join(this.state, "jobs", id, "spec.json"));
      const job = this.started.find(({ tag }) => tag === spec?.label);
      job?.hit.add(role);
    }
    return signal(pid, "SIGKILL");
  }

  #cancelOne(which: number): void {
    const job = at(this.started.filter(({ id }) => id !== undefined), which);
    const session = this.sessions[0];
    if (!job || !session) return;
    job.mayBeCancelled = true;
    session.call("py_cancel_job", { job_id: job.id }).catch(() => {});
  }
}

function signal(pid: number, number: Deno.Signal): boolean {
  try {
    Deno.kill(pid, number);
    return true;
  } catch {
    return false; // it ended meanwhile
  }
}

function at<T>(values: readonly T[], fraction: number): T | undefined {
  return values[Math.floor(fraction * values.length)];
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
