import { App } from "../../lib/runs/app.ts";
import { openJobs } from "../../lib/runs/open_jobs.ts";
import { requireSandbox } from "../../lib/python/sandbox/try_sandbox.ts";
import type { RunAnswer } from "../../lib/runs/run/run_options.ts";
import type { RunInDirectory } from "../../lib/runs/run/run_scripts.ts";
import { runInDirectory } from "../../lib/runs/run/run_scripts.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { createLog } from "../../lib/serve/program/log.ts";
import { serverEnv } from "./program.ts";
import { TestHome } from "./test_home.ts";

/** Why no test can make a sandbox here, for `skippableTest`; `false` where it can. */
export const noSandbox: string | false = await requireSandbox("isolated", serverEnv())
  .then(() => false as const, (error) => `${error}`);

/** A server's use cases in this process, with a sandbox for its scripts; and a root that they may write to. */
export class SandboxScene implements AsyncDisposable {
  private constructor(readonly home: TestHome, readonly root: string, readonly app: App) {}

  static async open(
    level: string,
    env: Record<string, string> = {},
    given?: TestHome,
  ): Promise<SandboxScene> {
    const home = given ?? await TestHome.prepared("state");
    const root = home.join("root");
    Deno.mkdirSync(root, { recursive: true });
    const settings = readSettings({
      ...serverEnv(),
      PYTHON_MCP_HOME: home.join("state"),
      PYTHON_MCP_SANDBOX: level,
      PYTHON_MCP_SANDBOX_WRITE: root,
      ...env,
    }, () => {});
    const log = createLog(settings.home, false);
    return new SandboxScene(home, root, new App(settings, log, openJobs));
  }

  /** Runs a script in the root, with the machine's own Python, to its end. */
  async run(
    source: string,
    options: Partial<RunInDirectory> = {},
  ): Promise<Record<string, unknown>> {
    const answer = await this.#run(source, options);
    if (!("ended" in answer)) throw new Error(`It goes on: ${JSON.stringify(answer)}`);
    return answer.ended;
  }

  /** The same in the background; returns the job's id. */
  async start(source: string, options: Partial<RunInDirectory> = {}): Promise<string> {
    const answer = await this.#run(source, { ...options, background: true });
    if (!("background" in answer)) throw new Error("It has ended");
    return answer.background.job_id;
  }

  async #run(source: string, options: Partial<RunInDirectory>): Promise<RunAnswer> {
    return await runInDirectory(this.app, {
      tool: "py_run_script_in_dir",
      directory: this.root,
      ...(options.scriptPath === undefined ? { scriptContent: source } : {}),
      useUv: false,
      pythonVersion: "/usr/bin/python3",
      installsDependencies: false,
      budgetSeconds: 60,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.home[Symbol.asyncDispose]();
  }
}
