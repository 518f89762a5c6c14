import { fileURLToPath } from "node:url";
import { readIfThere } from "../../lib/base/private_files.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";
import { PORT, type RayCluster } from "./ray_cluster.ts";

const PROGRAM = fileURLToPath(new URL("relay.py", import.meta.url));
let nextPort = 9000;

/** Stands between servers and a cluster, in its network. */
export class Relay implements AsyncDisposable {
  readonly url: string;
  readonly #process: Deno.ChildProcess;
  readonly #count: string;

  private constructor(cluster: RayCluster, home: TestHome, certificate: string[]) {
    const port = nextPort++;
    this.url = `${certificate.length > 0 ? "https" : "http"}://127.0.0.1:${port}`;
    this.#count = home.join(`relay-${port}`);
    const [command, ...args] = [...cluster.wrapper, "/usr/bin/python3", "-I", PROGRAM];
    this.#process = new Deno.Command(command!, {
      args: [...args, String(port), String(PORT), this.#count, ...certificate],
    }).spawn();
  }

  /** @param certificate Paths of a certificate and its key, to speak TLS. */
  static async start(
    cluster: RayCluster,
    home: TestHome,
    certificate: string[] = [],
  ): Promise<Relay> {
    const relay = new Relay(cluster, home, certificate);
    await waitFor(() => readIfThere(relay.#count) !== undefined, { what: "a relay" });
    return relay;
  }

  /** How many bytes have come from the cluster. */
  bytes(): number {
    return Number(readIfThere(this.#count));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}
