import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { PrepareStep } from "../../lib/base/command.ts";
import { openHome } from "../../lib/jobs/files/home.ts";
import { isFinal, type JobRow, type Outcome } from "../../lib/jobs/model/job.ts";
import type { JobFiles } from "../../lib/jobs/files/job_files.ts";
import { JobManager } from "../../lib/jobs/job_manager.ts";
import type { Draft, ProcessRequest } from "../../lib/jobs/process/process_request.ts";
import { TestHome } from "../helpers/test_home.ts";

export const PYTHON = "/usr/bin/python3";
const FIXTURES = fileURLToPath(new URL("../fixtures/jobs", import.meta.url));

/** What the tests' jobs have for a result. */
export interface TestResult {
  outcome: Outcome;
  stdout: string;
  stderr: string;
  note?: string;
}

export interface BenchOptions {
  maxRunning?: number;
  maxOutputBytes?: number;
  keepDays?: number;
  cancelSeconds?: number;
  swept?: (programs: string[]) => Promise<void>;
  python?: string;
  home?: string;
  /** As a server, and not as a reader. Default true. */
  keepsRefreshing?: boolean;
}

/** A home of its own with a manager on it. */
export class JobBench implements AsyncDisposable {
  readonly logged: string[] = [];
  readonly manager: JobManager;
  readonly #home?: TestHome;
  /** As a server's open connection does, this keeps the process going while a test waits. */
  readonly #alive: ReturnType<typeof setInterval>;
  #closed?: Promise<void>;

  private constructor(readonly path: string, options: BenchOptions, home?: TestHome) {
    this.#home = home;
    this.manager = new JobManager({
      home: openHome(path),
      python: () => options.python ?? PYTHON,
      maxRunning: options.maxRunning ?? 4,
      maxOutputBytes: options.maxOutputBytes ?? 2 ** 30,
      keepDays: options.keepDays ?? 30,
      cancelSeconds: options.cancelSeconds,
      swept: options.swept,
      describe,
      log: (message) => this.logged.push(message),
      warn: (message) => this.logged.push(message),
    });
    if (options.keepsRefreshing ?? true) this.manager.keepRefreshing();
    this.#alive = setInterval(() => {}, 1000);
  }

  /** Without `home`, on a new one that goes with the bench. */
  static async open(options: BenchOptions = {}): Promise<JobBench> {
    if (options.home) return new JobBench(options.home, options);
    const home = await TestHome.prepared();
    return new JobBench(home.path, options, home);
  }

  /** A script's request; `TEST_HOME` in its environment lets the test find its processes. */
  request(script: string[], more: Partial<ProcessRequest> & { stdin?: string } = {}) {
    const { stdin, ...rest } = more;
    return {
      prepare: [] as PrepareStep[],
      run: { argv: script, cwd: this.path, env: { TEST_HOME: this.path }, stdin },
      env: {},
      prepareEnv: {},
      timeoutSeconds: 0,
      background: true,
      details: {},
      ...rest,
    } satisfies ProcessRequest;
  }

  draft(listed = true): Draft {
    return this.manager.draft({ tool: "test", label: null, listed });
  }

  async start(script: string[], more: Partial<ProcessRequest> & { stdin?: string } = {}) {
    const draft = this.draft();
    await this.manager.start(draft, this.request(script, more));
    return draft;
  }

  /** Runs a script to its end in the background. */
  async run(script: string[], more: Partial<ProcessRequest> & { stdin?: string } = {}) {
    return await this.end((await this.start(script, more)).id);
  }

  async end(id: string, seconds = 20): Promise<JobRow & { result: TestResult }> {
    const row = await this.manager.waitForEnd(id, seconds);
    if (!row || !isFinal(row.status)) throw new Error(`job ${id} has not ended: ${row?.status}`);
    return row as JobRow & { result: TestResult };
  }

  /** Ends the manager; the home stays until the bench goes. */
  async close(): Promise<void> {
    clearInterval(this.#alive);
    await (this.#closed ??= this.manager.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#home?.[Symbol.asyncDispose]();
  }
}

/** An argument list for inline Python. */
export function python(source: string, ...args: string[]): string[] {
  return [PYTHON, "-c", source, ...args];
}

/** An argument list for a script of `tests/fixtures/jobs`. */
export function fixture(name: string, ...args: string[]): string[] {
  return [PYTHON, join(FIXTURES, name), ...args];
}

export function describe(files: JobFiles, outcome: Outcome) {
  const result: TestResult = {
    outcome,
    stdout: read(files.stdout),
    stderr: read(files.stderr),
    note: files.spec?.details.note as string | undefined,
  };
  return Promise.resolve({ result, error: outcome.error });
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
