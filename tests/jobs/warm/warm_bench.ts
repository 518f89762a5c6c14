import { join } from "node:path";
import type { WarmWish } from "../../../lib/base/command.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { processesWith } from "../../helpers/test_home.ts";
import { JobBench, PYTHON } from "../job_bench.ts";
import type { ProcessRequest } from "../../../lib/jobs/process/process_runner.ts";

/** A bench whose scripts may be warm. */
export class WarmBench {
  private constructor(readonly jobs: JobBench) {}

  static async open(): Promise<WarmBench> {
    return new WarmBench(await JobBench.open());
  }

  get hosts(): number[] {
    const { path } = this.jobs;
    return processesWith(path).filter(({ command }) =>
      command.startsWith("python-mcp warm host") && command.includes(path)
    ).map(({ pid }) => pid);
  }

  /** Starts a script as a job. */
  async start(source: string, more: Partial<ProcessRequest> = {}) {
    const path = join(this.jobs.path, `${crypto.randomUUID()}.py`);
    Deno.writeTextFileSync(path, source);
    const warm: WarmWish = { mode: "start", mb: 1024, imports: [] };
    return await this.jobs.start([PYTHON, path], { warm, ...more });
  }

  /** The same, by a host; the host is there when this is fulfilled. */
  async startWarm(source: string, more: Partial<ProcessRequest> = {}) {
    await this.untilWarm();
    return await this.start(source, more);
  }

  async untilWarm(): Promise<void> {
    await waitFor(async () => {
      const { id } = await this.start("");
      return (await this.jobs.end(id)).result.outcome.cold === null;
    }, { what: "a warm run" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs[Symbol.asyncDispose]();
  }
}
