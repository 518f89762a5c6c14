import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { answer, call } from "./narrator.ts";
import { type Progress, ProgressBar } from "./progress_bar.ts";

/** The server's program; from a package registry it is a URL. */
const PROGRAM = new URL("../../main.ts", import.meta.url);
const LOOK_MS = 100;
/** What the labels of this demo's jobs begin with. */
export const LABEL = "demo: ";
/** The session of Python that this demo uses: its own, whatever else the home has. */
export const PYTHON = `demo-${crypto.randomUUID().slice(0, 8)}`;

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
  readonly #transport: StdioClientTransport;

  /** @param folder Where the scripts run: the home of the server. */
  private constructor(client: Client, transport: StdioClientTransport, readonly folder: string) {
    this.#client = client;
    this.#transport = transport;
  }

  static async start(home: string): Promise<Session> {
    const client = new Client({ name: "python-mcp-demo", version: "1" });
    const transport = new StdioClientTransport({
      command: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--no-prompt",
        PROGRAM.protocol === "file:" ? fileURLToPath(PROGRAM) : PROGRAM.href,
      ],
      env: { ...Deno.env.toObject(), PYTHON_MCP_HOME: home },
    });
    await client.connect(transport);
    return new Session(client, transport, home);
  }

  get server(): { name: string; version: string } {
    return this.#client.getServerVersion()!;
  }

  /** Calls a tool; the structured content of its result. */
  async callQuietly(name: string, input: Json): Promise<Json> {
    const result = await this.#client.callTool({ name, arguments: input });
    const json = result.structuredContent as Json | undefined;
    if (result.isError || !json) {
      throw new Error(`${name} answered: ${json?.error ?? JSON.stringify(result.content)}`);
    }
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
        answer({ status: job.status, ...(job.error ? { error: job.error } : {}) });
        return job;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** The ids of this demo's jobs that have not ended. */
  async unfinished(): Promise<string[]> {
    const ids: string[] = [];
    for (const status_filter of ["pending", "running"]) {
      const { jobs } = await this.callQuietly("py_list_jobs", { status_filter, limit: 1000 });
      for (const { id, label } of jobs as { id: string; label: string }[]) {
        if (label.startsWith(LABEL)) ids.push(id);
      }
    }
    return ids;
  }

  /** Kills the server, as `kill -9` does; returns its process id. */
  killServer(): number {
    const pid = this.#transport.pid!;
    Deno.kill(pid, "SIGKILL");
    return pid;
  }

  /** Ends the demo's session of Python, if it lives. */
  async endPython(): Promise<void> {
    const { sessions } = await this.callQuietly("py_sessions", {});
    for (const { session } of sessions as { session: string }[]) {
      if (session === PYTHON) await this.callQuietly("py_session_end", { session });
    }
  }

  async cancelAll(): Promise<void> {
    await this.endPython();
    for (const job_id of await this.unfinished()) {
      await this.callQuietly("py_cancel_job", { job_id });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}
