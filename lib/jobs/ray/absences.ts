import type { StoredSpec } from "../files/job_record.ts";
import type { RayApi } from "./ray_api.ts";

/** Where a job was submitted to, as far as that is known. */
export type Place = NonNullable<StoredSpec["ray"]>;

/** A job is lost when the cluster does not know it so many times in a row. */
const TIMES_MISSING = 3;
/** The same for a job whose submission a server has been asked for. */
const TIMES_NOT_SUBMITTED = 20;
const RESTARTED = "The job is lost: the cluster was restarted";
const DELETED = "The job is lost: the cluster does not know it any more, since somebody deleted it";
const NOT_SUBMITTED = "The server that was to submit this job to the cluster ended before it could";

/** Finds out why a cluster does not know a job that it should have. */
export class Absences {
  readonly #api: RayApi;
  readonly #times = new Map<string, number>();

  constructor(api: RayApi) {
    this.#api = api;
  }

  /** The cluster knows the job. */
  isThere(id: string): void {
    this.#times.delete(id);
  }

  /** The cluster does not; returns why it never will, once that is sure. */
  async isMissing(id: string, place: Place | undefined): Promise<string | undefined> {
    const times = (this.#times.get(id) ?? 0) + 1;
    this.#times.set(id, times);
    if (times < (place === undefined ? TIMES_NOT_SUBMITTED : TIMES_MISSING)) return undefined;
    this.#times.delete(id);
    const { session_name } = await this.#api.version();
    if (!place?.is_submitted) return NOT_SUBMITTED;
    return session_name === place.session ? DELETED : RESTARTED;
  }
}
