import { join } from "node:path";
import type { Sandbox, WarmWish } from "../../../lib/base/command.ts";
import type { ProcessRequest } from "../../../lib/jobs/process/process_request.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { JobBench, PYTHON } from "../job_bench.ts";
import { parentIfThere } from "../kill.ts";

interface WarmOptions extends Partial<ProcessRequest> {
  /** The most memory of all hosts together. */
  mb?: number;
  sandbox?: Sandbox;
}

/** A bench whose scripts may be warm. */
export class WarmBench {
  private constructor(readonly jobs: JobBench) {}

  static async open(): Promise<WarmBench> {
    return new WarmBench(await JobBench.open());
  }

  get hosts(): number[] {
    const all = this.#processes("python-mcp warm host");
    return all.filter((pid) => !all.includes(parentIfThere(pid) ?? 0)); // a fork has its name at first
  }

  /** The hosts, and what they have forked. */
  get warmProcesses(): number[] {
    return this.#processes("python-mcp warm ");
  }

  /** What the hosts have forked ahead. */
  get nextRuns(): number[] {
    return this.#processes("python-mcp warm next run");
  }

  #processes(title: string): number[] {
    const { path } = this.jobs;
    return processesWith(path).filter(({ command }) =>
      command.startsWith(title) && command.includes(path)
    ).map(({ pid }) => pid);
  }

  /** Starts a script as a job. */
  async start(source: string, { mb = 1024, sandbox, ...more }: WarmOptions = {}) {
    const path = join(this.jobs.path, `${crypto.randomUUID()}.py`);
    Deno.writeTextFileSync(path, source);
    const warm: WarmWish = { mode: "start", mb, imports: [] };
    const { run } = this.jobs.request([PYTHON, path]);
    return await this.jobs.start([PYTHON, path], { warm, run: { ...run, sandbox }, ...more });
  }

  /** The same, by a host; the host is there when this is fulfilled. */
  async startWarm(source: string, options: WarmOptions = {}) {
    await this.untilWarm(options);
    return await this.start(source, options);
  }

  async untilWarm(options: WarmOptions = {}): Promise<void> {
    await waitFor(async () => await this.cold(options) === null, { what: "a warm run" });
  }

  /** Why a run is cold that does nothing; null when it is warm. */
  async cold(options: WarmOptions = {}): Promise<string | null | undefined> {
    const { id } = await this.start("", options);
    return (await this.jobs.end(id)).result.outcome.cold;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs[Symbol.asyncDispose]();
  }
}
