import { join } from "node:path";
import { uvFolder } from "../helpers/run_plan.ts";
import { serverEnv } from "../helpers/program.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** The folder with the program `ray`; set by `.ci/run`, which installs it from `requirements.txt`. */
const BIN = Deno.env.get("PYTHON_MCP_TEST_RAY");

/** Why no cluster can be had here, for `skippableTest`; `false` where one can. */
export const noRay: string | false = BIN === undefined
  ? "PYTHON_MCP_TEST_RAY names no folder with Ray's programs"
  : canMakeNetworks()
  ? false
  : "no network namespace can be made here";

const PORT = 8265;
const START_MS = 180_000;
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
 * A Ray cluster of one node in a network namespace of its own: some of its ports listen on all
 * interfaces. What talks to it runs there too, by `wrapper`.
 */
export class RayCluster implements AsyncDisposable {
  readonly env: Record<string, string> = { PYTHON_MCP_RAY_ADDRESS: `http://127.0.0.1:${PORT}` };
  readonly #network: Deno.ChildProcess;
  readonly #folder: string;
  #head?: Deno.ChildProcess;

  /** @param rayEnv Variables of the head; it has those of its start. */
  private constructor(readonly rayEnv: Record<string, string>) {
    this.#folder = Deno.makeTempDirSync({ prefix: "ray-" });
    this.#network = new Deno.Command("unshare", {
      args: ["--net", "--kill-child", "sleep", "infinity"],
    }).spawn();
  }

  static async start(rayEnv: Record<string, string> = {}): Promise<RayCluster> {
    const cluster = new RayCluster(rayEnv);
    try {
      await waitFor(async () => (await cluster.run(["python3", "-c", LOOPBACK_UP])).success, {
        what: "a network",
      });
      await cluster.startHead();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A command that runs another one in the cluster's network. */
  get wrapper(): string[] {
    return ["nsenter", "-t", String(this.#network.pid), "-n"];
  }

  async startHead(): Promise<void> {
    const uv = await uvFolder();
    this.#head = new Deno.Command(this.wrapper[0]!, {
      args: [
        ...this.wrapper.slice(1),
        ...[join(BIN!, "ray"), "start", "--head", "--block", "--disable-usage-stats"],
        ...["--node-ip-address", "127.0.0.1", "--dashboard-host", "127.0.0.1"],
        ...["--dashboard-port", String(PORT), "--num-cpus", "2"],
        ...["--object-store-memory", "80000000", "--temp-dir", this.#folder],
        ...["--resources", '{"there": 1}'],
      ],
      // A file of the working directory could stand in for a module of Ray.
      cwd: this.#folder,
      env: {
        ...serverEnv(),
        PATH: `${BIN}:${uv}:${Deno.env.get("PATH")}`,
        HOME: this.#folder,
        ...this.rayEnv,
      },
      stdout: "null",
      stderr: "null",
    }).spawn();
    let hasEnded = false;
    this.#head.status.then(() => hasEnded = true);
    await waitFor(async () => hasEnded || (await this.get("api/version")) !== undefined, {
      what: "the head of a Ray cluster",
      timeoutMs: START_MS,
    });
    // On a busy machine a part of it may give up on the others.
    if (hasEnded) return await this.startHead();
  }

  /** Ends the head, and with it all that ran. */
  async stopHead(): Promise<void> {
    if (!this.#head) return;
    this.#head.kill("SIGTERM");
    await this.#head.status;
    this.#head = undefined;
  }

  /** What the dashboard answers, as text; `undefined` where it does not. */
  async get(path: string, method = "GET"): Promise<string | undefined> {
    const program = "import json, sys, urllib.request as u; " +
      "request = u.Request(sys.argv[1], method=sys.argv[2], headers=json.loads(sys.argv[3])); " +
      "print(u.urlopen(request, timeout=10).read().decode())";
    const { RAY_AUTH_TOKEN } = this.rayEnv;
    const headers = RAY_AUTH_TOKEN ? { authorization: `Bearer ${RAY_AUTH_TOKEN}` } : {};
    const url = `${this.env.PYTHON_MCP_RAY_ADDRESS}/${path}`;
    const { success, stdout } = await this.run([
      "python3",
      "-c",
      program,
      url,
      method,
      JSON.stringify(headers),
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
