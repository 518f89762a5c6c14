import type { JobSnapshot } from "./store/job_snapshot.ts";

/** Who hears in this process that jobs have changed, and the snapshot that shows it. */
export class JobChanges {
  readonly #snapshot: JobSnapshot;
  readonly #listeners = new Set<(id: string) => void>();

  constructor(snapshot: JobSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Calls back when a job may have changed; returns what ends that. */
  listen(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(id: string): void {
    this.#snapshot.schedule();
    for (const listener of this.#listeners) listener(id);
  }

  /** Jobs are gone. */
  removed(): void {
    this.#snapshot.schedule();
  }

  close(): void {
    this.#snapshot.close();
  }
}
