import { type Home, openHome } from "../jobs/home.ts";
import { JobManager } from "../jobs/job_manager.ts";
import { findLauncherPython } from "../python/find_interpreters.ts";
import { JobUpdates } from "./job_updates.ts";
import { describeRun } from "./run_result.ts";

/** What the program was started with, resolved once; see `lib/serve/settings.ts`. */
export interface Settings {
  /** `PYTHON_MCP_HOME`. */
  home: string;
  /** `PYTHON_MCP_MAX_RUNNING`: how many background jobs run at once in a home. */
  maxRunning: number;
  /** `PYTHON_MCP_MAX_OUTPUT_MB`, in bytes a stream. */
  maxOutput: number;
  /** `PYTHON_MCP_KEEP_DAYS`: how long ended jobs stay. */
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
  #jobs?: JobManager;
  readonly #calls = new Set<Promise<unknown>>();
  #closed?: Promise<void>;

  constructor(settings: Settings, log: Log) {
    this.settings = settings;
    this.log = log;
  }

  /** The jobs of the home; opened at the first use, since a client waits for `initialize` first. */
  get jobs(): JobManager {
    return this.#jobs ??= this.#open(openHome(this.settings.home));
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

  #open(home: Home): JobManager {
    const { maxRunning, maxOutput, keepDays } = this.settings;
    return new JobManager({
      home,
      python: () => findLauncherPython(),
      maxRunning,
      maxOutput,
      keepDays,
      describe: describeRun,
      log: (message) => this.log.debug(message),
    });
  }
}
