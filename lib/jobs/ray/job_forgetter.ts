import { pause } from "../../base/pause.ts";
import { type RayApi, RayRefusal } from "./ray_api.ts";
import { Turns } from "./turns.ts";

/** How many requests there are at the same time, where many jobs are removed. */
const AT_ONCE = 8;
const TRIES = 20;
const PAUSE_MS = 1000;
/** How long Ray may take to notice the end of a job, after which it puts back what was deleted before. */
const PUT_BACK_MS = 3000;

/** How long the end of a server may wait for what it is about to delete. */
const LAST_TRIES_MS = 2000;

/** Deletes jobs from a cluster. */
export class JobForgetter {
  readonly #api: RayApi;
  readonly #log: (message: string) => void;
  readonly #turns = new Turns(AT_ONCE);
  readonly #forgetting = new Set<Promise<void>>();

  constructor(api: RayApi, log: (message: string) => void) {
    this.#api = api;
    this.#log = log;
  }

  /** Deletes a job, which may take a while. */
  forget(id: string): void {
    const forgetting = forgetJob(this.#api, id, this.#turns)
      .catch((error) => this.#log(`the cluster may still know job ${id}: ${error}`))
      .finally(() => this.#forgetting.delete(forgetting));
    this.#forgetting.add(forgetting);
  }

  async close(): Promise<void> {
    let timer: ReturnType<typeof setTimeout>;
    const timeIsUp = new Promise((resolve) => timer = setTimeout(resolve, LAST_TRIES_MS));
    await Promise.race([Promise.all(this.#forgetting), timeIsUp]);
    clearTimeout(timer!);
  }
}

/**
 * Deletes a job from a cluster. It has ended here, which the cluster may see a moment later.
 *
 * @throws where the cluster does not answer, or keeps it
 */
async function forgetJob(api: RayApi, id: string, turns: Turns): Promise<void> {
  let problem: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await turns.take(() => api.delete(id));
      await pause(PUT_BACK_MS);
      if (!await turns.take(() => api.job(id))) return;
    } catch (error) {
      if (error instanceof RayRefusal && error.status === 404) return;
      if (!(error instanceof RayRefusal)) throw error;
      problem = error;
      await pause(PAUSE_MS);
    }
  }
  throw problem ?? new Error("Ray puts it back again and again");
}
