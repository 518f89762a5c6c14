import { hideSecrets } from "../../base/hide_secrets.ts";
import { jobFolder } from "../files/home.ts";
import type { Home } from "../files/home.ts";
import { holdLock } from "../files/file_lock.ts";
import { JobFiles } from "../files/job_files.ts";
import type { Owner } from "../files/owner.ts";
import { endedWithoutRun, isFinal, type JobRow, type Outcome } from "../model/job.ts";
import type { Draft } from "../process/process_request.ts";
import type { Runner } from "../process/runner.ts";
import type { JobStore } from "../store/job_store.ts";
import { controlPackageName, neutralPackage } from "./make_submission.ts";
import { Absences, type Place } from "./absences.ts";
import { catchUp } from "./catch_up.ts";
import { JobForgetter } from "./job_forgetter.ts";
import { ownJobs } from "./own_jobs.ts";
import { type RayAddress, RayApi, type RayJob } from "./ray_api.ts";
import { hasEnded, RayFollower } from "./ray_follower.ts";
import { outcomeBy } from "./ray_outcome.ts";
import { RayStopper } from "./ray_stopper.ts";
import { type RayRequest, RaySubmitter } from "./ray_submitter.ts";
import { WaitingReasons } from "./waiting_reasons.ts";

export interface RayRunnerOptions {
  address: RayAddress;
  home: Home;
  store: JobStore;
  owner: Owner;
  /** Bytes a stream. */
  maxOutputBytes: number;
  /** Called when a job has begun or ended. */
  news: (id: string) => void;
  /** Removes a job that is not to be kept. */
  discard: (id: string) => void;
  log: (message: string) => void;
}

/** How often somebody who has just started a job asks for the states of all; else it is each second. */
const SOON_MS = 250;
const SOON_FOR_MS = 15_000;
/** With more jobs than these it is each second all the same: each answer has all that the cluster knows. */
const MOST_SOON = 50;

/** Runs jobs on a Ray cluster: it keeps them, and any server that lives follows them. */
export class RayRunner implements Runner {
  readonly #options: RayRunnerOptions;
  readonly #api: RayApi;
  readonly #submitter: RaySubmitter;
  readonly #followers = new Map<string, RayFollower>();
  /** Where jobs were submitted to: a thousand of them are looked at each second. */
  readonly #places = new Map<string, Place>();
  readonly #reasons = new WaitingReasons();
  readonly #forgetter: JobForgetter;
  readonly #absences: Absences;
  readonly #stopper: RayStopper;
  #looking?: Promise<void>;
  #timer?: ReturnType<typeof setTimeout>;
  #soonUntil = 0;
  #silence?: string;
  readonly #closing = new AbortController();

  constructor(options: RayRunnerOptions) {
    this.#options = options;
    this.#api = new RayApi(options.address);
    this.#submitter = new RaySubmitter(this.#api, options);
    this.#forgetter = new JobForgetter(this.#api, options.log);
    this.#absences = new Absences(this.#api);
    this.#stopper = new RayStopper(this.#api, {
      end: (id, outcome) => this.#end(id, outcome),
      log: options.log,
    });
  }

  /** Submits a job under its own id. From here on the cluster keeps it; one that it refuses is removed. */
  async start(draft: Draft, request: RayRequest): Promise<void> {
    try {
      await this.submit(draft, () => Promise.resolve(request));
    } catch (error) {
      if (!draft.isPromised) this.#options.discard(draft.id);
      throw error;
    }
  }

  /**
   * The same for a job that stays when it could not be submitted.
   *
   * @throws UserError when it was not submitted
   */
  async submit(draft: Draft, makeRequest: () => Promise<RayRequest>): Promise<void> {
    await this.#submitter.submit(draft, makeRequest);
    this.#soonUntil = performance.now() + SOON_FOR_MS;
    this.#lookSoon();
  }

  isQueued(id: string): boolean {
    return this.#submitter.has(id) || !this.#files(id).hasStarted;
  }

  moveToBackground(id: string): Promise<void> {
    this.#files(id).markBackground();
    return Promise.resolve();
  }

  /** Lets the cluster forget a job too, once it has ended there: that may be a moment later than here. */
  forget(id: string): void {
    this.#forgetter.forget(id);
  }

  async askToCancel({ id }: JobRow): Promise<void> {
    const files = this.#files(id);
    if (!files.isThere) return;
    files.askToCancel();
    if (this.#submitter.has(id)) return;
    try {
      const job = await this.#api.job(id);
      if (job) await this.#stopper.stop(job);
    } catch (error) {
      this.#options.log(`job ${id} is to be stopped later: ${error}`);
    }
    await this.look();
  }

  /** Brings the jobs up to date that no other server follows. */
  look(): Promise<void> {
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /** Has the jobs' files hold what the cluster has now, where that takes no long time; returns why not. */
  async catchUp(): Promise<string | undefined> {
    const isBehind = () => this.#followers.values().some(({ isCaughtUp }) => !isCaughtUp);
    if (await catchUp(() => this.look(), isBehind)) return this.#silence;
    return `The Ray cluster at ${hideSecrets(this.#options.address.url)} takes long to answer`;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopper.close();
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#forgetter.close();
    await Promise.all([...this.#followers.values()].map((follower) => follower.close()));
  }

  #lookSoon(): void {
    if (this.#closing.signal.aborted || performance.now() > this.#soonUntil) return;
    if (this.#places.size > MOST_SOON) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look().then(() => this.#lookSoon()), SOON_MS);
  }

  async #look(): Promise<void> {
    const { store, owner } = this.#options;
    const rows = ownJobs(store, owner).filter(({ id }) => !this.#submitter.has(id));
    const ids = new Set(rows.map(({ id }) => id));
    for (const id of this.#places.keys()) if (!ids.has(id)) this.#places.delete(id);
    this.#reasons.keepOnly(ids);
    if (rows.length === 0 || this.#closing.signal.aborted) return;
    let jobs: Map<string, RayJob>;
    try {
      jobs = await this.#api.jobs(this.#closing.signal);
      this.#silence = undefined;
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const { message } = error as Error;
      // Once, and not each second.
      if (message !== this.#silence) this.#options.log(message);
      this.#silence = message;
      return;
    }
    for (const { id } of rows) {
      try {
        await this.#advance(id, jobs.get(id));
      } catch (error) {
        this.#options.log(`job ${id} on the cluster: ${error}`);
      }
    }
  }

  async #advance(id: string, job: RayJob | undefined): Promise<void> {
    const files = this.#files(id);
    const place = this.#places.get(id) ?? files.spec?.ray;
    if (place && place.url !== this.#options.address.url) return;
    if (!job || !place) return this.#lose(id, await this.#absences.isMissing(id, place));
    this.#absences.isThere(id);
    this.#places.set(id, place);
    const isAskedToEnd = !hasEnded(job) && files.cancelAsked;
    if (isAskedToEnd) this.#stopper.stopSoon(job);
    const follower = this.#followers.get(id);
    if (follower) return follower.update(job);
    if (job.status === "PENDING") return isAskedToEnd ? undefined : this.#reasons.show(files, job);
    if (files.outcome) return;
    if (hasEnded(job) && job.driver_node_id === null) return this.#end(id, outcomeBy(job, {}));
    this.#follow(id, job, files);
  }

  #follow(id: string, job: RayJob, files: JobFiles): void {
    const { maxOutputBytes, store, news, log } = this.#options;
    const follower = RayFollower.follow(this.#api, job, {
      id,
      files,
      maxOutputBytes,
      begun: () => this.#hideValues(id),
      started: () => {
        if (store.get(id)?.listed && store.markRunning(id, Date.now())) news(id);
      },
      ended: () => news(id),
      log,
    });
    if (!follower) return;
    this.#followers.set(id, follower);
    follower.done
      .catch((error) => log(`job ${id} is followed again: ${error}`))
      .finally(() => this.#followers.delete(id));
  }

  /** The node has taken the values of variables out of the package: from here on nobody can. */
  #hideValues(id: string): void {
    this.#api.upload(controlPackageName(id), neutralPackage())
      .catch((error) => this.#options.log(`the package of job ${id} is still there: ${error}`));
  }

  #lose(id: string, error: string | undefined): void {
    if (error === undefined) return;
    const follower = this.#followers.get(id);
    if (follower) follower.lose(error);
    else this.fail(id, error);
  }

  /** Ends a job that the cluster does not have. */
  fail(id: string, error: string): void {
    this.#end(id, endedWithoutRun({ error }));
  }

  #end(id: string, outcome: Outcome): void {
    const files = this.#files(id);
    using lock = holdLock(files.lock);
    const row = this.#options.store.get(id);
    if (!lock || !row || isFinal(row.status) || files.outcome) return;
    files.end(outcome);
    this.#options.news(id);
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }
}
