import { readIfThere, readJsonIfThere } from "../../../lib/base/private_files.ts";
import { PLAIN } from "../../helpers/sessions.ts";
import { RawSession } from "../../helpers/raw_session.ts";
import type { TestHome } from "../../helpers/test_home.ts";
import { processesOf } from "../processes.ts";
import type { Random } from "../random.ts";

export const SESSIONS = ["one", "two"];
const FAULTS = ["server", "launcher", "supervisor", "kernel", "host"] as const;
const SERVERS = 2;

/** A cell that was sent, and what its sender was told. */
export interface SentCell {
  tag: string;
  session: string;
  /** When it was sent, and when its sender had the id of its job; ms. */
  sentAt: number;
  promisedAt?: number;
  id?: string;
  answer?: Record<string, unknown>;
}

/** Servers and sessions of one home, the cells that they were sent, and what was killed. */
export class SessionHouse {
  readonly cells: SentCell[] = [];
  readonly faults: Record<string, number> = Object.fromEntries(FAULTS.map((fault) => [fault, 0]));
  /** Kills while a cell ran. */
  busy = 0;
  /** How the cells ended, counted when they are checked. */
  ends: Record<string, number> = {};
  readonly state: string;
  readonly truth: string;
  readonly #servers: (RawSession | undefined)[] = [];
  readonly #sent: Promise<void>[] = [];

  constructor(readonly home: TestHome) {
    this.state = home.join("state");
    this.truth = home.join("truth");
  }

  get kills(): number {
    return Object.values(this.faults).reduce((sum, count) => sum + count, 0);
  }

  async server(index: number): Promise<RawSession> {
    let server = this.#servers[index];
    if (!server) {
      server = this.#servers[index] = new RawSession(this.state, {
        PYTHON_MCP_WARM: index === 0 ? "imports" : "off",
      });
      await server.initialize();
    }
    return server;
  }

  /** Waits until all calls are answered, or their servers dead: what is on its way may start a session. */
  async settled(): Promise<void> {
    await Promise.all(this.#sent);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server?.end();
  }

  /** Some cells, then a kill. */
  async play(random: Random): Promise<void> {
    const before = this.#sent.length;
    for (let count = 1 + random.below(3); count > 0; count--) {
      const server = await this.server(random.below(SERVERS));
      this.#sent.push(
        this.#send(server, random.pick(SESSIONS), random.below(2) === 0, random.below(300)),
      );
    }
    await pause(random.below(500));
    const fault = random.pick(FAULTS);
    const isBusy = this.#isBusy();
    if (this.#strike(fault, random.next())) {
      this.faults[fault] = this.faults[fault]! + 1;
      if (isBusy) this.busy++;
    }
    await Promise.race([Promise.all(this.#sent.slice(before)), pause(200 + random.below(400))]);
  }

  async #send(server: RawSession, session: string, inCall: boolean, ms: number): Promise<void> {
    const cell: SentCell = {
      tag: crypto.randomUUID(),
      session,
      sentAt: performance.now(),
    };
    this.cells.push(cell);
    const code = `import os, time
def tell(line):
    with open(${JSON.stringify(this.truth)}, "a") as file: file.write(line + "\\n")
count = globals().get("count", 0) + 1
tell("start ${cell.tag} %d" % os.getpid())
print("${cell.tag}")
time.sleep(${ms / 1000})
tell("end ${cell.tag} %d" % count)
("${cell.tag}", count)`;
    const more = inCall ? { time_budget_seconds: 0.4 } : { async_mode: true };
    const input = { code, session, job_label: cell.tag, ...PLAIN, ...more };
    try {
      const answer = await Promise.race([server.call("py_session_run", input), killed(server)]);
      if (typeof answer.job_id === "string") {
        cell.id = answer.job_id;
        cell.promisedAt = performance.now();
      } else cell.answer = answer;
    } catch {
      // Its server was killed: the cell is found by its label, or was never promised.
    }
  }

  #isBusy(): boolean {
    return SESSIONS.some((session) => this.#stateOf(session)?.running);
  }

  #stateOf(session: string) {
    return readJsonIfThere<{ running?: unknown; kernel_pid?: number; supervisor_pid?: number }>(
      `${this.state}/sessions/${session}/state.json`,
    );
  }

  #strike(fault: typeof FAULTS[number], which: number): boolean {
    if (fault === "server") {
      const index = Math.floor(which * SERVERS);
      const server = this.#servers[index];
      if (!server) return false;
      this.#servers[index] = undefined;
      server.child.kill("SIGKILL");
      server.end().catch(() => {});
      return true;
    }
    if (fault === "launcher" || fault === "host") {
      const found = processesOf(this.home.path).get(fault) ?? [];
      return kill(found[Math.floor(which * found.length)]);
    }
    const state = this.#stateOf(SESSIONS[Math.floor(which * SESSIONS.length)]!);
    return kill((fault === "kernel" ? state?.kernel_pid : state?.supervisor_pid) ?? undefined);
  }

  /** The lines that the cells wrote. */
  get truths(): string[][] {
    return (readIfThere(this.truth) ?? "").split("\n").filter(Boolean)
      .map((line) => line.split(" "));
  }
}

async function killed({ child }: RawSession): Promise<never> {
  await child.status;
  throw new Error("The server was killed");
}

function kill(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    if (!Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("python-mcp-test-")) return false;
    Deno.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false; // it ended meanwhile
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
