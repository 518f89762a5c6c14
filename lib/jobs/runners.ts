import type { ClusterChild } from "./files/messages.ts";
import { type Home, jobFolder } from "./files/home.ts";
import { JobFiles } from "./files/job_files.ts";
import { recordOf, type StoredSpec } from "./files/job_record.ts";
import type { Owner } from "./files/owner.ts";
import { endedWithoutRun } from "./model/job.ts";
import type { ChildRegistry } from "./process/child_registry.ts";
import type { Draft, ProcessRequest } from "./process/process_request.ts";
import type { ProcessRunner } from "./process/process_runner.ts";
import type { Runner } from "./process/runner.ts";
import type { RayAddress } from "./ray/ray_api.ts";
import { RayRunner } from "./ray/ray_runner.ts";
import type { RayRequest } from "./ray/ray_submitter.ts";
import type { JobStore } from "./store/job_store.ts";

const NO_CLUSTER =
  "The job was not started: its server knows no Ray cluster. Set PYTHON_MCP_RAY_ADDRESS";

export interface RunnersOptions {
  home: Home;
  store: JobStore;
  owner: Owner;
  children: ChildRegistry;
  processes: ProcessRunner;
  /** The cluster that jobs may run on. */
  ray?: RayAddress;
  /** Makes what is run of a job that a script wants to have on the cluster. */
  requestOf?: (child: ClusterChild, draft: Draft) => Promise<RayRequest>;
  /** Bytes a stream. */
  maxOutputBytes: number;
  /** Called when a job on the cluster has begun or ended. */
  news: (id: string) => void;
  log: (message: string) => void;
}

/** What runs the jobs of a home: this machine, and perhaps a cluster. */
export class Runners {
  readonly #options: RunnersOptions;
  readonly #ray?: RayRunner;
  /** For a job on a cluster that this server does not know: another one reads the job's files. */
  readonly #elsewhere: Runner = {
    isQueued: () => false,
    moveToBackground: () => Promise.resolve(),
    askToCancel: ({ id }) => Promise.resolve(this.#files(id).askToCancel()),
  };

  constructor(options: RunnersOptions) {
    this.#options = options;
    this.#ray = options.ray && new RayRunner({
      ...options,
      address: options.ray,
      discard: (id) => options.processes.discard([id]),
    });
  }

  /** What runs a job. */
  of(id: string): Runner {
    const { store, processes } = this.#options;
    if (store.get(id)?.kind !== "ray") return processes;
    return this.#ray ?? this.#elsewhere;
  }

  /** Returns what was written down of a process. */
  start(draft: Draft, request: ProcessRequest | RayRequest): Promise<StoredSpec | void> {
    return "ray" in request
      ? this.#ray!.start(draft, request)
      : this.#options.processes.start(draft, request);
  }

  /** Submits a job that a script has asked for; one that cannot be submitted fails. */
  async submit(child: ClusterChild): Promise<void> {
    const { children, store, owner, requestOf, news, log } = this.#options;
    const { id } = child;
    try {
      children.register(id);
      const row = store.get(id);
      if (!row) return;
      const files = this.#files(id);
      if (!this.#ray || !requestOf) return files.end(endedWithoutRun({ error: NO_CLUSTER }));
      store.changeOwner(id, row.owner, owner.id);
      const draft: Draft = {
        ...row,
        kind: "ray",
        command: row.command ?? undefined,
        record: recordOf({ ...row, owner: owner.id }),
        files,
      };
      try {
        await this.#ray.submit(draft, () => requestOf(child, draft));
      } catch (error) {
        this.#ray.fail(id, error instanceof Error ? error.message : String(error));
      }
      news(id);
    } catch (error) {
      log(`job ${id} is not submitted: ${error}`);
    }
  }

  /** Brings the jobs on the cluster up to date. */
  look(): void {
    this.#ray?.look();
  }

  /** Brings their files up to date too, for whoever looks but once; returns why that could not be. */
  async catchUp(): Promise<string | undefined> {
    return await this.#ray?.catchUp();
  }

  /** Removes jobs that are not to be kept. */
  discard(ids: string[]): void {
    this.forget(ids);
    this.#options.processes.discard(ids);
  }

  /** Lets the cluster forget jobs that are removed here. */
  forget(ids: string[]): void {
    if (!this.#ray) return;
    for (const id of ids) if (this.#options.store.get(id)?.kind === "ray") this.#ray.forget(id);
  }

  async close(): Promise<void> {
    await this.#ray?.close();
  }

  #files(id: string): JobFiles {
    return new JobFiles(jobFolder(this.#options.home, id)!);
  }
}
