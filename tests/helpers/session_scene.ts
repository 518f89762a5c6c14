import { connect, type Connection } from "./connect.ts";
import { endSessions, runCell } from "./sessions.ts";
import { TestHome } from "./test_home.ts";
import { waitFor } from "./wait_for.ts";

type Json = Record<string, unknown>;

/** Sessions of a plain Python in a home of a file's own, on a server that its tests share. */
export class SessionScene {
  readonly #env: Record<string, string>;
  readonly #servers: Connection[] = [];

  private constructor(readonly home: TestHome, env: Record<string, string>) {
    this.#env = { PYTHON_MCP_WARM: "off", PYTHON_MCP_MAX_SESSIONS: "20", ...env };
    Deno.test.afterAll(() => this.#end());
  }

  /** To be called once by a file; all of it ends with the file's last test. */
  static async create(env: Record<string, string> = {}): Promise<SessionScene> {
    return new SessionScene(await TestHome.prepared(), env);
  }

  /** The server that the tests share, or a further one. */
  async server(index = 0): Promise<Connection> {
    return this.#servers[index] ??= await this.connect();
  }

  /** A server of the home that a test has for itself. */
  connect(env: Record<string, string> = {}): Promise<Connection> {
    return connect({ home: this.home.path, env: { ...this.#env, ...env } });
  }

  /** Runs code in a session; what the answer says. */
  async run(session: string, code: string, more: Json = {}): Promise<Json> {
    return (await runCell(await this.server(), code, { session, ...more })).json;
  }

  /** What another tool answers. */
  async call(name: string, args: Json = {}): Promise<Json> {
    return (await (await this.server()).call(name, args)).json;
  }

  /** The job of a cell, perhaps at its end. */
  async job(job_id: unknown, wait_seconds = 0): Promise<Json> {
    return (await this.call("py_job_status", { job_id, wait_seconds })).job as Json;
  }

  /** A session as `py_sessions` shows it. */
  async look(session: string): Promise<Json> {
    return ((await this.call("py_sessions", { session })).sessions as Json[])[0]!;
  }

  /** Waits until a cell of a session runs. */
  async untilBusy(session: string): Promise<void> {
    await waitFor(async () => (await this.look(session)).state === "busy", {
      what: `the start of a cell in ${session}`,
    });
  }

  /** What a session's supervisor says of it. */
  state(session: string): Json {
    return JSON.parse(Deno.readTextFileSync(this.home.join("sessions", session, "state.json")));
  }

  async #end(): Promise<void> {
    if (this.#servers.length > 0) await endSessions(await this.server());
    for (const one of this.#servers) await one.close();
    await this.home[Symbol.asyncDispose]();
  }
}
