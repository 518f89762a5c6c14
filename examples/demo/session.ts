import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { answer, call } from "./narrator.ts";
import { type Progress, ProgressBar } from "./progress_bar.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LOOK_MS = 100;

export type Json = Record<string, unknown>;

/** A job, as far as the demo looks at it. */
export interface Job {
  status: "pending" | "running" | "completed" | "failed" | "cancelled";
  progress: Progress | null;
  result: Json | null;
  error: string | null;
  partial_stdout?: string;
}

/** A real client, connected to a real server that it started. */
export class Session implements AsyncDisposable {
  readonly #client: Client;

  private constructor(
    client: Client,
    /** The jobs whose end nobody has seen yet. */
    readonly open: Set<string>,
  ) {
    this.#client = client;
  }

  static async start(home: string, open: Set<string>): Promise<Session> {
    const client = new Client({ name: "python-mcp-demo", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: Deno.execPath(),
        args: ["run", "-A", "--no-prompt", `${ROOT}main.ts`],
        env: { ...Deno.env.toObject(), PYTHON_MCP_HOME: home },
        cwd: ROOT,
      }),
    );
    return new Session(client, open);
  }

  get server(): { name: string; version: string } {
    return this.#client.getServerVersion()!;
  }

  /** Calls a tool; the structured content of its result. */
  async callQuietly(name: string, input: Json): Promise<Json> {
    const result = await this.#client.callTool({ name, arguments: input });
    const json = result.structuredContent as Json;
    if (result.isError) throw new Error(`${name} answered: ${json?.error}`);
    if (typeof json.job_id === "string") this.#keepTrack(json.job_id, json.status);
    return json;
  }

  /** Calls a tool and shows the call. */
  async call(name: string, input: Json): Promise<Json> {
    call(name, input);
    return await this.callQuietly(name, input);
  }

  async job(id: unknown): Promise<Job> {
    const { job } = await this.callQuietly("py_job_status", { job_id: id });
    return job as unknown as Job;
  }

  /** Follows a job to its end with a progress bar. */
  async follow(id: unknown): Promise<Job> {
    call("py_job_status", { job_id: id });
    const bar = new ProgressBar();
    while (true) {
      const job = await this.job(id);
      if (job.progress) bar.show(job.progress);
      if (job.status !== "pending" && job.status !== "running") {
        bar.end();
        this.#keepTrack(String(id), job.status);
        answer({ status: job.status, ...(job.error ? { error: job.error } : {}) });
        return job;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  #keepTrack(id: string, status: unknown): void {
    if (status === "pending" || status === "running") this.open.add(id);
    else this.open.delete(id);
  }
}
