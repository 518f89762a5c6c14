import { isFinal, type JobRow } from "../jobs/model/job.ts";
import { logSize } from "../jobs/files/output_log.ts";
import type { JobManager } from "../jobs/job_manager.ts";
import type { Log } from "./log.ts";
import { PollWhileListened } from "./poll_while_listened.ts";

/** What a client may want to hear of. */
export interface UpdateListener {
  /** A job has changed: status, progress, output. */
  jobChanged?(id: string): void;
  /** Jobs were added or removed. */
  listChanged?(): void;
}

/** The jobs that are looked at, once they are loaded. */
export interface UpdateSource {
  isLoaded: boolean;
  jobs: JobManager;
  log: Log;
}

/** Tells clients what has changed among the jobs of all servers, at most once a second for each job. */
export class JobUpdates {
  readonly #source: UpdateSource;
  readonly #poll: PollWhileListened<UpdateListener>;
  #seen = new Map<string, string>();
  #list?: string;
  #since = 0;

  constructor(source: UpdateSource) {
    this.#source = source;
    this.#poll = new PollWhileListened({
      begin: () => this.#begin(),
      poll: () => this.#look(),
      failed: (error) => source.log.debug(`looking for changed jobs failed: ${error}`),
    });
  }

  /** Calls back from now on; returns what ends that. */
  listen(listener: UpdateListener): () => void {
    return this.#poll.listen(listener);
  }

  close(): void {
    this.#poll.close();
  }

  #begin(): void {
    this.#since = Date.now();
    this.#list = undefined;
    this.#seen.clear();
  }

  #look(): void {
    if (!this.#source.isLoaded) return;
    const { store } = this.#source.jobs;
    const listeners = [...this.#poll.listeners];
    const [newest] = store.list({ limit: 1 });
    const list = `${store.count()} ${newest?.id}`;
    // The first look, a second after the first listener came, mostly learns what was there before.
    const isFirst = this.#list === undefined;
    const changed = isFirst ? (newest?.createdAt ?? 0) >= this.#since : list !== this.#list;
    this.#list = list;
    if (changed) { for (const listener of listeners) listener.listChanged?.(); }
    for (const id of this.#changedJobs()) {
      for (const listener of isFirst ? [] : listeners) listener.jobChanged?.(id);
    }
  }

  /** Jobs that look different than a second ago; one that has ended is named once more. */
  #changedJobs(): string[] {
    const before = this.#seen;
    this.#seen = new Map();
    const rows = this.#source.jobs.store.unfinished().filter((row) => row.listed);
    for (const row of rows) this.#seen.set(row.id, this.#fingerprint(row));
    const changed = [...this.#seen].filter(([id, now]) => before.get(id) !== now);
    const ended = [...before.keys()].filter((id) => !this.#seen.has(id));
    return [...changed.map(([id]) => id), ...ended];
  }

  #fingerprint(row: JobRow): string {
    const files = this.#source.jobs.files(row.id);
    if (!files || isFinal(row.status) || row.status === "pending") return row.status;
    try {
      const progress = JSON.stringify(files.progress ?? row.progress);
      return `${row.status} ${logSize(files.stdout)} ${logSize(files.stderr)} ${progress}`;
    } catch {
      return row.status; // its script has put something odd in the place of its files
    }
  }
}

/** The resources that show a job. */
export function urisOf(id: string): string[] {
  return [
    `job://${id}`,
    `job-stream://${id}`,
    `job-output://${id}/stdout`,
    `job-output://${id}/stderr`,
  ];
}
