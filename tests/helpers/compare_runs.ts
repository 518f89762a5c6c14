import { connect, type Connection } from "./connect.ts";
import type { TestHome } from "./test_home.ts";

type Result = Record<string, unknown>;

/** Two servers on one home: what one runs is always cold, what the other runs may be warm. */
export class ColdAndWarm implements AsyncDisposable {
  private constructor(
    readonly home: TestHome,
    readonly cold: Connection,
    readonly warm: Connection,
    readonly python: string,
  ) {}

  static async start(
    home: TestHome,
    { mode = "start", python = "/usr/bin/python3", env = {} }: {
      mode?: "start" | "imports";
      python?: string;
      env?: Record<string, string>;
    } = {},
  ): Promise<ColdAndWarm> {
    const [cold, warm] = await Promise.all(["off", mode].map((warm) =>
      connect({
        home: home.path,
        kind: "2.x, 2025 era",
        env: { ...env, PYTHON_MCP_WARM: warm, SMART_ASYNC_DEBUG: "true" },
      })
    ));
    return new ColdAndWarm(home, cold!, warm!, python);
  }

  async run(server: Connection, script: Result): Promise<Result> {
    return (await server.call("py_run_script_in_dir", {
      directory: this.home.path,
      use_uv: false,
      python_version: this.python,
      time_budget_seconds: 50,
      ...script,
    })).json as Result;
  }

  /** For scripts that take longer than a client waits for an answer. */
  async runInBackground(server: Connection, script: Result): Promise<Result> {
    return (await this.runAsJob(server, script)).result;
  }

  /** The job of a script, once it has ended. */
  async runAsJob(
    server: Connection,
    script: Result,
  ): Promise<{ result: Result; progress: Result }> {
    const { job_id } = await this.run(server, { ...script, async_mode: true });
    while (true) {
      const { json } = await server.call("py_job_status", { job_id, wait_seconds: 40 });
      const { job } = json as { job: { status: string; result: Result; progress: Result } };
      if (job.status !== "pending" && job.status !== "running") return job;
    }
  }

  /** Runs a script until a run of it is warm, and returns that one. */
  async untilWarm(script: Result, timeoutMs = 30_000): Promise<Result> {
    const until = performance.now() + timeoutMs;
    while (true) {
      const result = await this.run(this.warm, script);
      if (result.warm === true) return result;
      if (performance.now() > until) throw new Error(`No run was warm: ${JSON.stringify(result)}`);
    }
  }

  /** How a script ends cold and warm, without what two runs never have in common. */
  async both(script: Result): Promise<{ cold: Result; warm: Result; reason: unknown }> {
    const [cold, warm] = await Promise.all(
      [this.cold, this.warm].map((server) => this.run(server, script)),
    ) as [Result, Result];
    return { cold: comparable(cold), warm: comparable(warm), reason: warm.cold };
  }

  /** The same one after the other, with the files that it leaves in its folder, which is empty before. */
  async inTurn(script: Result): Promise<{ cold: Result; warm: Result; reason: unknown }> {
    const directory = this.home.join("in-turn");
    const one = async (server: Connection) => {
      Deno.mkdirSync(directory);
      const result = await this.run(server, { ...script, directory });
      const files = Object.fromEntries(
        [...Deno.readDirSync(directory)].filter(({ isFile }) => isFile)
          .map(({ name }) => [name, Deno.readTextFileSync(`${directory}/${name}`)]),
      );
      Deno.removeSync(directory, { recursive: true });
      return { comparable: { ...comparable(result), files }, reason: result.cold };
    };
    const cold = await one(this.cold);
    const warm = await one(this.warm);
    return { cold: cold.comparable, warm: warm.comparable, reason: warm.reason };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.cold, this.warm].map((one) => one[Symbol.asyncDispose]()));
  }
}

const OWN: [RegExp, string][] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID"],
  [/0x[0-9a-f]+/g, "ADDRESS"],
  [/(PYTHON_MCP_(?:OUTPUT_PIPES|SCRIPT_PID|WARM))=[^\s\\]+/g, "$1"],
  [/(MainThread|started|Thread-\d+)([^>]*?)\d{6,}/g, "$1$2THREAD"],
];

function comparable(
  { elapsed_seconds: _, prepare_seconds: __, warm: _w, cold: _c, ...rest }: Result,
) {
  const text = OWN.reduce(
    (text, [pattern, by]) => text.replaceAll(pattern, by),
    JSON.stringify(rest),
  );
  return JSON.parse(text) as Result;
}
