import type { JobFiles } from "../files/job_files.ts";
import type { RayJob } from "./ray_api.ts";
import { lastWords } from "./ray_outcome.ts";

/** Shows, as the progress of a job that waits on a cluster, what Ray says of why. */
export class WaitingReasons {
  /** What is shown already: a thousand jobs may wait. */
  readonly #shown = new Map<string, string>();

  show(files: JobFiles, { submission_id: id, message }: RayJob): void {
    const reason = `On the cluster: ${lastWords(message)}`;
    if (this.#shown.get(id) === reason) return;
    files.writeProgress({ current: 0, total: null, message: reason });
    this.#shown.set(id, reason);
  }

  /** Forgets jobs that have ended. */
  keepOnly(unfinished: Set<string>): void {
    for (const id of this.#shown.keys()) if (!unfinished.has(id)) this.#shown.delete(id);
  }
}
