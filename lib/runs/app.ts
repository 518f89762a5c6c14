import type { JobManager } from "../jobs/job_manager.ts";
import { JobUpdates } from "./job_updates.ts";
import type { openJobs } from "./open_jobs.ts";

/** What the program was started with, resolved once; see `settings.ts`. */
export interface Settings {
  /** `PYTHON_MCP_HOME`. */
  home: string;
  /** `PYTHON_MCP_MAX_RUNNING`: how many background jobs run at once in a home. */
  maxRunning: number;
  /** `PYTHON_MCP_MAX_OUTPUT_MB`, in bytes a stream. */
  maxOutputBytes: number;
  /** `PYTHON_MCP_KEEP_DAYS`: how long ended jobs and unused environments stay. */
  keepDays: number;
  /** `PYTHON_MCP_WAIT_WITH_PROGRESS`: a caller that gets progress is waited for without a budget. */
  waitWithProgress: boolean;
  /** `PYTHON_MCP_STOP_ON_DISCONNECT`: a closed connection stops the run. */
  stopOnDisconnect: boolean;
  /** The server's working directory: what relative paths are relative to. */
  cwd: string;
  env: Record<string, string>;
}

/** How long calls in progress may take when the program ends. */
const LAST_CALLS_MS = 2000;

export interface LogLine {
  level: "debug" | "warning";
  message: string;
}

/** The log of the program: stderr and `<home>/logs/server.log`, never stdout. */
export interface Log {
  debug(message: string): void;
  warn(message: string): void;
  /** Calls back for each line from now on; returns what ends that. */
  listen(listener: (line: LogLine) => void): () => void;
}

/** Everything that tools work with. */
export class App {
  readonly settings: Settings;
  readonly log: Log;
  readonly updates = new JobUpdates(this);
  /** Set when the program ends: connections that close now were closed by it. */
  ending = false;
  #openJobs?: typeof openJobs;
  #jobs?: JobManager;
  readonly #calls = new Set<Promise<unknown>>();
  #closed?: Promise<void>;

  /** @param open What opens the jobs, where that is loaded already. */
  constructor(settings: Settings, log: Log, open?: typeof openJobs) {
    this.settings = settings;
    this.log = log;
    this.#openJobs = open;
  }

  /** Loads what runs jobs. It comes after the answer to `initialize`, which a client waits for. */
  async load(): Promise<void> {
    this.#openJobs ??= (await import("./open_jobs.ts")).openJobs;
  }

  get isLoaded(): boolean {
    return this.#openJobs !== undefined;
  }

  /** The jobs of the home; opened at the first use, once loaded. */
  get jobs(): JobManager {
    return this.#jobs ??= this.#openJobs!(this.settings, this.log);
  }

  /** Keeps what calls work with open until this one is done. */
  async untilDone<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Ends it, once calls in progress, whose callers are gone, have left their runs to go on. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.updates.close();
    await this.#lastCalls();
    await this.#jobs?.close();
  }

  async #lastCalls(): Promise<void> {
    let timer: ReturnType<typeof setTimeout>;
    const timeIsUp = new Promise((resolve) => timer = setTimeout(resolve, LAST_CALLS_MS));
    await Promise.race([Promise.allSettled(this.#calls), timeIsUp]);
    clearTimeout(timer!);
  }
}
