import { endedWithoutRun, type Outcome } from "../model/job.ts";
import { controlPackageName, neutralPackage } from "./make_submission.ts";
import type { RayApi, RayJob } from "./ray_api.ts";
import { hasEnded } from "./ray_follower.ts";
import { Turns } from "./turns.ts";

export interface RayStopperOptions {
  /** Writes down how a job has ended that nobody follows. */
  end: (id: string, outcome: Outcome) => void;
  log: (message: string) => void;
}

/** How many jobs are stopped at the same time: a busy cluster takes half a second for each. */
const AT_ONCE = 8;

/** Stops jobs on a cluster. */
export class RayStopper {
  readonly #api: RayApi;
  readonly #options: RayStopperOptions;
  readonly #turns = new Turns(AT_ONCE);
  readonly #stopping = new Set<string>();
  #isClosed = false;

  constructor(api: RayApi, options: RayStopperOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Stops a job in its turn; nobody waits for that. */
  stopSoon(job: RayJob): void {
    const { submission_id: id } = job;
    if (this.#stopping.has(id)) return;
    this.#stopping.add(id);
    this.#turns.take(async () => this.#isClosed || await this.stop(job))
      .catch((error) => this.#options.log(`job ${id} is to be stopped later: ${error}`))
      .finally(() => this.#stopping.delete(id));
  }

  /** A job that waits starts all the same later, as Ray has it: then with a package that does nothing. */
  async stop(job: RayJob): Promise<void> {
    const { submission_id: id } = job;
    if (hasEnded(job)) return;
    if (job.status === "RUNNING") return await this.#api.stop(id);
    await this.#api.upload(controlPackageName(id), neutralPackage());
    await this.#api.stop(id);
    const now = await this.#api.job(id);
    if (now?.status !== "RUNNING") this.#options.end(id, endedWithoutRun({ cancelled: true }));
  }

  /** Those whose turn has not come are stopped by whoever looks at them next. */
  close(): void {
    this.#isClosed = true;
  }
}
