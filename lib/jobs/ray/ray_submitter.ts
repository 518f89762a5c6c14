import {
  type Draft,
  makeSpec,
  type ProcessRequest,
  writeSpec,
} from "../process/process_request.ts";
import { recordOf } from "../files/job_record.ts";
import type { JobStore } from "../store/job_store.ts";
import { controlPackage, controlPackageName, makeSubmission } from "./make_submission.ts";
import { type RayApi, rayProblem, RayRefusal } from "./ray_api.ts";
import type { RayOrder } from "./ray_order.ts";
import { sendFiles } from "./send_files.ts";
import { Turns } from "./turns.ts";

/** A command to run as a job on a cluster. */
export interface RayRequest extends ProcessRequest {
  ray: RayOrder;
}

export interface RaySubmitterOptions {
  store: JobStore;
  /** Bytes a stream. */
  maxOutputBytes: number;
}

/** How many jobs are submitted at the same time. */
const AT_ONCE = 4;

/** Hands jobs over to a cluster, each under its own id, so that none is ever submitted twice. */
export class RaySubmitter {
  readonly #api: RayApi;
  readonly #options: RaySubmitterOptions;
  readonly #turns = new Turns(AT_ONCE);
  readonly #submitting = new Set<string>();

  constructor(api: RayApi, options: RaySubmitterOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Whether the job is being submitted just now. */
  has(id: string): boolean {
    return this.#submitting.has(id);
  }

  /** @throws UserError when the cluster did not take the job */
  async submit(draft: Draft, makeRequest: () => Promise<RayRequest>): Promise<void> {
    this.#submitting.add(draft.id);
    draft.files.markOnCluster();
    try {
      await this.#turns.take(async () => {
        // What goes wrong here is none of the cluster's doing.
        const request = await makeRequest();
        await this.#submit(draft, request).catch((error) => {
          throw rayProblem(error, this.#api);
        });
      });
    } finally {
      this.#submitting.delete(draft.id);
    }
  }

  async #submit(draft: Draft, request: RayRequest): Promise<void> {
    const { store, maxOutputBytes } = this.#options;
    const { url } = this.#api.address;
    const { id, files } = draft;
    const process = makeSpec(draft, request, maxOutputBytes);
    const { session_name: session } = await this.#api.version();
    const workPackage = await sendFiles(this.#api, request.ray.files);
    const control = controlPackage(request.ray, process, request);
    await this.#api.upload(controlPackageName(id), control);
    // Before the cluster knows of it: a server that is killed now leaves a job that says so.
    const row = store.get(id)!;
    writeSpec(draft, request, process, store, { ...recordOf(row), ray: { url, session } });
    const { label } = row;
    try {
      await this.#api.submit(makeSubmission(id, request.ray, label, workPackage));
    } catch (error) {
      // Whether it has come through shows later, unless the cluster has said no.
      if (error instanceof RayRefusal && !await this.#api.job(id).catch(() => true)) throw error;
    }
    files.amend({ ray: { url, session, is_submitted: true } });
  }
}
