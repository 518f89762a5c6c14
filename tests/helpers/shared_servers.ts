import {
  type ClientKind,
  connect,
  connectHttp,
  type Connection,
  type TransportKind,
} from "./connect.ts";
import { HttpServerProcess } from "./http_server.ts";
import { RawSession } from "./raw_session.ts";
import { withUv } from "./run_plan.ts";
import { TestHome } from "./test_home.ts";

/**
 * One home for the tests of a file, and servers and clients on it that they share; the servers find uv
 * on PATH. Each starts with the first test that asks for it, and all end with the file.
 */
export class SharedServers {
  readonly #stack = new AsyncDisposableStack();
  readonly #started = new Map<string, Promise<unknown>>();

  constructor() {
    Deno.test.afterAll(() => this.#stack[Symbol.asyncDispose]());
  }

  home(): Promise<TestHome> {
    return this.#once("home", () => TestHome.prepared());
  }

  /** The home, and a client of a server on it. */
  async begin(
    kind: ClientKind = "2.x, 2025 era",
    transport: TransportKind = "stdio",
  ): Promise<{ home: TestHome; server: Connection }> {
    return { home: await this.home(), server: await this.connect(kind, transport) };
  }

  /** A client; those over HTTP have one server. */
  connect(kind: ClientKind, transport: TransportKind): Promise<Connection> {
    return this.#once(`${kind} ${transport}`, async () => {
      if (transport === "HTTP") return await connectHttp(await this.http(), kind);
      return await connect({ home: (await this.home()).path, kind, env: await withUv() });
    });
  }

  /** An HTTP server, and another one for each other environment. */
  http(env: Record<string, string> = {}): Promise<HttpServerProcess> {
    return this.#once(`HTTP ${JSON.stringify(env)}`, async () => {
      const { path } = await this.home();
      return await HttpServerProcess.start({ home: path, env: { ...await withUv(), ...env } });
    });
  }

  /** A session on stdio, spoken to byte by byte. */
  rawSession(era: "2025" | "2026-07-28"): Promise<RawSession> {
    return this.once(`raw session of ${era}`, async ({ path }) => {
      const session = new RawSession(path);
      if (era === "2025") await session.initialize();
      return session;
    });
  }

  /** Anything else that begins once and ends with the file. */
  once<T extends AsyncDisposable>(
    name: string,
    start: (home: TestHome) => Promise<T>,
  ): Promise<T> {
    return this.#once(name, async () => start(await this.home()));
  }

  #once<T extends AsyncDisposable>(name: string, start: () => Promise<T>): Promise<T> {
    const before = this.#started.get(name) as Promise<T> | undefined;
    if (before) return before;
    const starting = start().then((one) => this.#stack.use(one));
    this.#started.set(name, starting);
    return starting;
  }
}

/** Removes all ended jobs, so that what is listed next is a test's own. */
export async function forgetJobs(client: Pick<Connection, "call">): Promise<void> {
  await client.call("py_prune_jobs", {
    keep_completed: false,
    keep_failed: false,
    max_age_hours: 0,
  });
}
