import { join } from "node:path";
import { uvFolder } from "../helpers/run_plan.ts";
import { serverEnv } from "../helpers/program.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { RayNode } from "./ray_node.ts";

/** The folder with the program `ray`; set by `.ci/run`, which installs it from `requirements.txt`. */
const BIN = Deno.env.get("PYTHON_MCP_TEST_RAY");

/** Why no cluster can be had here, for `skippableTest`; `false` where one can. */
export const noRay: string | false = BIN === undefined
  ? "PYTHON_MCP_TEST_RAY names no folder with Ray's programs"
  : canMakeNetworks()
  ? false
  : "no network namespace can be made here";

export const PORT = 8265;
const GCS_PORT = 6379;
/** Of a second node: that of the head has Ray's default. */
const AGENT_PORT = 52366;
const START_MS = 90_000;
const STARTS = 3;
/** Without what no test looks at: workers made ahead, and figures of the processes every 5 s. */
const QUIET = {
  RAY_prestart_worker_first_driver: "0",
  RAY_enable_metrics_collection: "0",
  REPORTER_UPDATE_INTERVAL_MS: "60000",
};
/** Asks the dashboard again and again in one process: that of each question would take longer than it. */
const ASK = `
import json, sys, time, urllib.request as u
url, headers, until, seconds = sys.argv[1:]
end = time.monotonic() + float(seconds)
while True:
    try:
        text = u.urlopen(u.Request(url, headers=json.loads(headers)), timeout=10).read().decode()
        if until in text: break
    except OSError:
        pass
    if time.monotonic() > end: sys.exit(1)
    time.sleep(0.3)
print(text)
`;
/** Loopback is down in a new network namespace; `ip` is not everywhere. */
const LOOPBACK_UP = `
import fcntl, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x41) + bytes(14))
`;

function canMakeNetworks(): boolean {
  try {
    return new Deno.Command("unshare", { args: ["--net", "true"], stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/**
 * A Ray cluster, of one node at first, in a network namespace of its own: some of its ports listen on all
 * interfaces. What talks to it runs there too, by `wrapper`.
 */
export class RayCluster implements AsyncDisposable {
  /** What a server needs to know of it. */
  readonly env: Record<string, string> = { PYTHON_MCP_RAY_ADDRESS: `http://127.0.0.1:${PORT}` };
  readonly #network: Deno.ChildProcess;
  readonly #folder: string;
  #head?: RayNode;
  readonly #nodes: RayNode[] = [];

  /** @param rayEnv Variables of the head; it has those of its start. */
  private constructor(readonly rayEnv: Record<string, string>) {
    const { RAY_AUTH_TOKEN } = rayEnv;
    if (RAY_AUTH_TOKEN) Object.assign(this.env, { RAY_AUTH_TOKEN });
    this.#folder = Deno.makeTempDirSync({ prefix: "ray-" });
    this.#network = new Deno.Command("unshare", {
      args: ["--net", "--kill-child", "sleep", "infinity"],
    }).spawn();
  }

  static async start(rayEnv: Record<string, string> = {}): Promise<RayCluster> {
    const cluster = new RayCluster(rayEnv);
    try {
      await waitFor(() => cluster.#hasOwnNetwork(), { what: "a network" });
      await waitFor(async () => (await cluster.run(["python3", "-c", LOOPBACK_UP])).success, {
        what: "a loopback",
      });
      await cluster.startHead();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Before it has, what is run in its network would be run in that of the tests. */
  #hasOwnNetwork(): boolean {
    return networkOf(this.#network.pid) !== networkOf("self");
  }

  /** A command that runs another one in the cluster's network. */
  get wrapper(): string[] {
    return ["nsenter", "-t", String(this.#network.pid), "-n"];
  }

  /** Starts the head; on a busy machine `ray start` may end, or wait for its own parts for ever. */
  async startHead(): Promise<void> {
    for (let attempt = 1;; attempt++) {
      const head = new RayNode(
        await this.#startRay([], [
          ...["--head", "--node-ip-address", "127.0.0.1", "--resources", '{"there": 1}'],
          ...["--dashboard-host", "127.0.0.1", "--dashboard-port", String(PORT)],
          ...["--temp-dir", this.#folder, "--no-monitor"],
        ]),
      );
      this.#head = head;
      const isUp = async () => (await this.get("api/version", { seconds: 10 })) !== undefined;
      try {
        await waitFor(async () => head.hasEnded || await isUp(), {
          what: "the head of a Ray cluster",
          timeoutMs: START_MS,
        });
        if (!head.hasEnded) return;
      } catch (error) {
        await head.kill();
        if (attempt === STARTS) throw error;
      }
    }
  }

  /**
   * Adds a node with a host name of its own, the label `kind=other` and one of the resource `away`. It
   * ends with the head.
   */
  async addNode(name: string): Promise<RayNode> {
    const host = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name];
    const process = await this.#startRay(host, [
      ...["--address", `127.0.0.1:${GCS_PORT}`, "--node-ip-address", "127.0.0.2"],
      ...["--dashboard-agent-listen-port", String(AGENT_PORT)],
      ...["--resources", '{"away": 1}', "--labels", "kind=other"],
    ]);
    const node = new RayNode(process);
    this.#nodes.push(node);
    const shown = await this.get("nodes?view=summary", { seconds: START_MS / 1000, until: name });
    if (shown === undefined) throw new Error(`The node ${name} did not start`);
    return node;
  }

  /** Runs `ray start`, which goes on for as long as its node. */
  async #startRay(prefix: string[], args: string[]): Promise<Deno.ChildProcess> {
    const uv = await uvFolder();
    const [command, ...rest] = [...this.wrapper, ...prefix, join(BIN!, "ray"), "start"];
    return new Deno.Command(command!, {
      args: [
        ...rest,
        ...["--block", "--disable-usage-stats", "--num-cpus", "2"],
        ...["--object-store-memory", "80000000", "--include-log-monitor", "false"],
        ...args,
      ],
      // A file of the working directory could stand in for a module of Ray.
      cwd: this.#folder,
      env: {
        ...serverEnv(),
        PATH: `${BIN}:${uv}:${Deno.env.get("PATH")}`,
        HOME: this.#folder,
        ...QUIET,
        ...this.rayEnv,
      },
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /**
   * Ends the head as a crash does, and with it all that ran: to be asked to end takes it half a minute, and
   * what it leaves looks for it for a whole one.
   */
  async stopHead(): Promise<void> {
    for (const node of [...this.#nodes.splice(0), this.#head]) await node?.kill();
    this.#head = undefined;
    await waitFor(() => !this.#killRemains(), { what: "the end of all of a cluster" });
  }

  /** Returns whether there was anything. */
  #killRemains(): boolean {
    const processes = [...Deno.readDirSync("/proc")].map(({ name }) => name)
      .filter((name) => /^\d+$/.test(name) && this.#isOurs(name));
    for (const name of processes) {
      try {
        Deno.kill(Number(name), "SIGKILL");
      } catch {
        // it has ended
      }
    }
    return processes.length > 0;
  }

  #isOurs(process: string): boolean {
    try {
      const read = (name: string) => Deno.readTextFileSync(`/proc/${process}/${name}`);
      if (read("environ").includes(`HOME=${this.#folder}\0`)) return true;
      // Those that have a title of their own have written it over that.
      return networkOf(process) === networkOf(this.#network.pid) &&
        read("cmdline").startsWith("ray");
    } catch {
      return false; // it has ended
    }
  }

  /**
   * What the dashboard answers, as text; `undefined` where it does not.
   *
   * @param seconds How long to ask again until it does.
   * @param until What must be in it.
   */
  async get(path: string, { seconds = 0, until = "" } = {}): Promise<string | undefined> {
    const { RAY_AUTH_TOKEN } = this.rayEnv;
    const headers = RAY_AUTH_TOKEN ? { authorization: `Bearer ${RAY_AUTH_TOKEN}` } : {};
    const { success, stdout } = await this.run([
      ...["/usr/bin/python3", "-I", "-c", ASK, `${this.env.PYTHON_MCP_RAY_ADDRESS}/${path}`],
      ...[JSON.stringify(headers), until, String(seconds)],
    ]);
    return success ? new TextDecoder().decode(stdout) : undefined;
  }

  /** Runs the program `ray`. */
  async ray(args: string[]): Promise<Deno.CommandOutput> {
    return await this.run([
      "env",
      `PATH=${BIN}:${Deno.env.get("PATH")}`,
      join(BIN!, "ray"),
      ...args,
    ]);
  }

  async run(argv: string[]): Promise<Deno.CommandOutput> {
    const [command, ...args] = [...this.wrapper, ...argv];
    return await new Deno.Command(command!, { args, stderr: "null" }).output();
  }

  /** The logs of the cluster and of its jobs. */
  get logs(): string {
    return join(this.#folder, "session_latest", "logs");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopHead();
    this.#network.kill("SIGKILL");
    await this.#network.status;
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}

function networkOf(process: number | string): string {
  return Deno.readLinkSync(`/proc/${process}/ns/net`);
}
