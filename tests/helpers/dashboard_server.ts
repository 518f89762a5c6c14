import { startCli } from "./cli.ts";
import { TestHome } from "./test_home.ts";

/** A real `dashboard` command on a home. */
export class DashboardServer implements AsyncDisposable {
  #ended = false;

  private constructor(
    /** The address that lets a browser in, once. */
    readonly address: string,
    readonly token: string,
    private readonly child: Deno.ChildProcess,
  ) {}

  static async start(
    home: TestHome,
    { port = 0, flags }: { port?: number; flags?: string[] } = {},
  ): Promise<DashboardServer> {
    const child = startCli(home, ["dashboard", "--no-open", "--port", String(port)], { flags });
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
    const token = Deno.readTextFileSync(home.join("home", "http_token")).trim();
    return new DashboardServer(printed.trim(), token, child);
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  owns(url: string): boolean {
    return new URL(url).origin === this.origin;
  }

  /** Asks the server what the page asks it. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.token}`, ...init.headers };
    return fetch(`${this.origin}${path}`, { ...init, headers });
  }

  /** Removes all ended jobs, so that what is listed next is a test's own. */
  async forgetJobs(): Promise<void> {
    const choice = { keep_completed: false, keep_failed: false, max_age_hours: 0 };
    const body = JSON.stringify(choice);
    const response = await this.fetch("/api/prune", { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
    await response.body?.cancel();
  }

  /** Ends it, as Ctrl-C would. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.child.kill("SIGTERM");
    await this.child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** The home and the server that the tests of a file share. */
export type SharedDashboard = () => Promise<{ home: TestHome; server: DashboardServer }>;

/** A server that starts with the first test that asks for it, and ends with the file. */
export function sharedDashboard(): SharedDashboard {
  const stack = new AsyncDisposableStack();
  Deno.test.afterAll(() => stack.disposeAsync());
  let started: ReturnType<SharedDashboard> | undefined;
  return () =>
    started ??= (async () => {
      const home = stack.use(await TestHome.prepared("home"));
      return { home, server: stack.use(await DashboardServer.start(home)) };
    })();
}
