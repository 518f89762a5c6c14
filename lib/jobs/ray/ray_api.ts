import { hideSecrets } from "../../base/hide_secrets.ts";
import { UserError } from "../../base/user_error.ts";

/** Where a cluster is, and what it takes to be let in. */
export interface RayAddress {
  /** Of its dashboard, such as `http://head:8265`. */
  url: string;
  token?: string;
}

/** What the cluster says of a job that was submitted to it. */
export interface RayJob {
  submission_id: string;
  status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED";
  message: string | null;
  driver_node_id: string | null;
}

export interface RayVersion {
  ray_version: string;
  /** Another one after each start of the cluster. */
  session_name: string;
}

export interface RayNode {
  name: string;
  isAlive: boolean;
}

/** What a submission asks for; see Ray's `JobSubmitRequest`. */
export interface Submission {
  submission_id: string;
  entrypoint: string;
  runtime_env: Record<string, unknown>;
  metadata: Record<string, string>;
  entrypoint_num_cpus?: number;
  entrypoint_num_gpus?: number;
  entrypoint_memory?: number;
  entrypoint_resources?: Record<string, number>;
  entrypoint_label_selector?: Record<string, string>;
}

const ANSWER_MS = 20_000;
const UPLOAD_MS = 600_000;
/** Ray's own limit for a package. */
export const MOST_PACKAGE_BYTES = 100 * 2 ** 20;
export const ALL_LINES = -1;
const UNTRUSTED = ". Give the file of the authority that issued the certificate in DENO_CERT";
const SHOWN_CHARACTERS = 500;

/** The cluster answered with an error. */
export class RayRefusal extends Error {
  override name = "RayRefusal";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** The REST API of a Ray cluster, as far as jobs need it. */
export class RayApi {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  constructor(readonly address: RayAddress) {
    this.#base = address.url.replace(/\/*$/, "/");
    this.#headers = address.token === undefined ? {} : { authorization: `Bearer ${address.token}` };
  }

  async version(): Promise<RayVersion> {
    return await this.#json("api/version");
  }

  /** All jobs that were submitted, by their ids. */
  async jobs(signal?: AbortSignal): Promise<Map<string, RayJob>> {
    const all: RayJob[] = await this.#json("api/jobs/", signal);
    return new Map(all.filter((job) => job.submission_id).map((job) => [job.submission_id, job]));
  }

  /** `undefined`: the cluster has no such job. */
  async job(id: string): Promise<RayJob | undefined> {
    try {
      return await this.#json(`api/jobs/${id}`);
    } catch (error) {
      if (error instanceof RayRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async nodes(): Promise<RayNode[]> {
    const { data }: { data: { summary: { hostname: string; raylet?: { state?: string } }[] } } =
      await this.#json("nodes?view=summary");
    return data.summary.map(({ hostname, raylet }) => ({
      name: hostname,
      isAlive: raylet?.state === "ALIVE",
    }));
  }

  async hasPackage(name: string): Promise<boolean> {
    try {
      await this.#discard(`api/packages/gcs/${name}`);
      return true;
    } catch (error) {
      if (error instanceof RayRefusal && error.status === 404) return false;
      throw error;
    }
  }

  /** Puts a package into the cluster, in the place of one of the same name. */
  async upload(name: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#discard(`api/packages/gcs/${name}`, { method: "PUT", body: content }, UPLOAD_MS);
  }

  async submit(submission: Submission): Promise<void> {
    await this.#discard("api/jobs/", {
      method: "POST",
      body: JSON.stringify(submission),
      headers: { "content-type": "application/json" },
    }, UPLOAD_MS);
  }

  async stop(id: string): Promise<void> {
    await this.#discard(`api/jobs/${id}/stop`, { method: "POST" });
  }

  async delete(id: string): Promise<void> {
    await this.#discard(`api/jobs/${id}`, { method: "DELETE" });
  }

  /**
   * What a job's processes print, as raw bytes.
   *
   * @param lines how many of the last ones; all by `ALL_LINES`
   * @param follows whether to wait for more at the end, for ever
   */
  async log(
    { submission_id, driver_node_id }: RayJob,
    lines: number,
    follows: boolean,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const query = new URLSearchParams({
      node_id: driver_node_id!,
      filename: `job-driver-${submission_id}.log`,
      lines: String(lines),
      ...(follows ? { interval: "0.1" } : { timeout: "600" }),
    });
    const { body } = await this.#fetch(
      `api/v0/logs/${follows ? "stream" : "file"}?${query}`,
      { signal },
    );
    return body ?? new ReadableStream({ start: (controller) => controller.close() });
  }

  async #json<T>(path: string, signal?: AbortSignal): Promise<T> {
    const time = AbortSignal.timeout(ANSWER_MS);
    const response = await this.#fetch(path, {
      signal: signal === undefined ? time : AbortSignal.any([signal, time]),
    });
    return await response.json();
  }

  async #discard(path: string, init: RequestInit = {}, milliseconds = ANSWER_MS): Promise<void> {
    const response = await this.#fetch(path, {
      ...init,
      signal: AbortSignal.timeout(milliseconds),
    });
    await response.body?.cancel();
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, {
        ...init,
        headers: { ...this.#headers, ...init.headers as Record<string, string> },
      });
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable || init.signal?.reason?.name === "AbortError") {
        throw error;
      }
      const why = reasonOf(error);
      throw new Error(
        `The Ray cluster at ${hideSecrets(this.address.url)} does not answer: ${why}` +
          (/certificate/i.test(why) ? UNTRUSTED : ""),
        {
          cause: error,
        },
      );
    }
    response = abortable(response, init.signal);
    if (response.ok) return response;
    throw new RayRefusal(response.status, shortened(await response.text()));
  }
}

/** Deno says "fetch failed", and why in what caused that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/**
 * Deno forgets the signal of a request once that is garbage, though its answer is still being read: an
 * abort would then do nothing.
 */
function abortable(response: Response, signal: AbortSignal | null | undefined): Response {
  if (!response.body || !signal) return response;
  const body = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
  return new Response(body, response);
}

/** What was attempted did not work, as callers are told it. */
export function rayProblem(error: unknown, api: RayApi): UserError {
  if (error instanceof UserError) return error;
  const url = hideSecrets(api.address.url);
  if (!(error instanceof RayRefusal)) {
    const why = error instanceof Error ? error.message : String(error);
    return new UserError(
      `The job was not started: ${why}. Check PYTHON_MCP_RAY_ADDRESS, which is the address of the ` +
        "cluster's dashboard, such as http://head:8265; `python-mcp doctor` says more.",
      { cause: error },
    );
  }
  if (error.status === 401 || error.status === 403) {
    return new UserError(
      `The job was not started: the Ray cluster at ${url} does not accept the token ` +
        `(${error.status}). Set RAY_AUTH_TOKEN to the cluster's, or RAY_AUTH_TOKEN_PATH to its file.`,
      { cause: error },
    );
  }
  return new UserError(
    `The job was not started: the Ray cluster at ${url} answers ${error.status}: ${error.message}`,
    { cause: error },
  );
}

/** Ray answers with whole tracebacks, of which the last line says what was wrong. */
function shortened(text: string): string {
  const lines = hideSecrets(text).trim().split("\n");
  const last = lines.at(-1)!;
  return (lines.length > 3 ? last : lines.join(" ")).slice(0, SHOWN_CHARACTERS);
}
