import { startCli } from "./cli.ts";
import type { TestHome } from "./test_home.ts";

/** A real `dashboard` command on a home. */
export class DashboardServer implements AsyncDisposable {
  private constructor(
    /** The address that lets a browser in, token and all. */
    readonly address: string,
    private readonly child: Deno.ChildProcess,
  ) {}

  static async start(home: TestHome, flags = ["-A"]): Promise<DashboardServer> {
    const child = startCli(home, ["dashboard", "--no-open"], { flags });
    await child.stdin.close();
    const stderr = new Response(child.stderr).text();
    let printed = "";
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    while (!printed.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The dashboard did not start: ${await stderr}`);
      printed += value;
    }
    reader.releaseLock();
    return new DashboardServer(printed.trim(), child);
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  get token(): string {
    return decodeURIComponent(new URL(this.address).hash.replace("#token=", ""));
  }

  /** Asks the server what the page asks it. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.token}`, ...init.headers };
    return fetch(`${this.origin}${path}`, { ...init, headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGTERM");
    await this.child.status;
  }
}
