import type { JobManager, JobManagerOptions } from "../jobs/job_manager.ts";
import { JobUpdates } from "./job_updates.ts";
import type { Log } from "./log.ts";
import type { openJobs } from "./open_jobs.ts";
import type { Settings } from "./settings.ts";

/** How long calls in progress may take when the program ends. */
const LAST_CALLS_MS = 2000;
/** And plans of jobs whose callers have their ids, which start nowhere else. */
const LAST_PLANS_MS = 10_000;

/** Everything that use cases work with. */
export class App {
  readonly settings: Settings;
  /** Of this process among those that use the home. */
  readonly id = crypto.randomUUID();
  readonly log: Log;
  readonly updates = new JobUpdates(this);
  /** Set when the program ends: connections that close now were closed by it. */
  ending = false;
  /** Makes what is run of a job that a script wants to have on the cluster; nobody does by default. */
  requestOf?: JobManagerOptions["requestOf"];
  #openJobs?: typeof openJobs;
  #jobs?: JobManager;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #plans = new Set<Promise<unknown>>();
  #closed?: Promise<void>;

  /** @param open What opens the jobs, where that is loaded already. */
  constructor(settings: Settings, log: Log, open?: typeof openJobs) {
    this.settings = settings;
    this.log = log;
    this.#openJobs = open;
  }

  /** Loads what runs jobs. It comes after the answer to `initialize`, which a client waits for. */
  async load(): Promise<void> {
    this.#openJobs ??= (await import("./open_jobs.ts")).openJobs;
  }

  get isLoaded(): boolean {
    return this.#openJobs !== undefined;
  }

  /** The jobs of the home; opened at the first use, once loaded. */
  get jobs(): JobManager {
    return this.#jobs ??= this.#openJobs!(this.settings, this.log, this.requestOf);
  }

  /** Keeps what calls work with open until this one is done. */
  untilDone<T>(call: Promise<T>): Promise<T> {
    return listedIn(this.#calls, call);
  }

  /** The same for the planning of a job that goes on after its call was answered. */
  untilPlanned<T>(plan: Promise<T>): Promise<T> {
    return listedIn(this.#plans, plan);
  }

  /** Ends it, once calls in progress, whose callers are gone, have left their runs to go on. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.updates.close();
    await settled(this.#calls, LAST_CALLS_MS);
    await settled(this.#plans, LAST_PLANS_MS);
    await this.#jobs?.close();
  }
}

async function listedIn<T>(set: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  set.add(promise);
  try {
    return await promise;
  } finally {
    set.delete(promise);
  }
}

async function settled(promises: Iterable<Promise<unknown>>, mostMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const timeIsUp = new Promise((resolve) => timer = setTimeout(resolve, mostMs));
  await Promise.race([Promise.allSettled(promises), timeIsUp]);
  clearTimeout(timer!);
}
