import { join } from "node:path";
import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import type { Home } from "../files/home.ts";
import type { ClusterChild, News, Order, SessionAnswer, ToldCell } from "../files/messages.ts";
import { SESSION_SOURCES } from "../session/session_sources.ts";
import { SUPERVISOR_SOURCES } from "../supervisor/supervisor_sources.ts";
import { WARM_SOURCES } from "../warm/warm_sources.ts";
import childJobsSource from "./child_jobs.py" with { type: "text" };
import childrenSource from "./children.py" with { type: "text" };
import confinedScriptsSource from "./confined_scripts.py" with { type: "text" };
import inheritedSource from "./inherited.py" with { type: "text" };
import killedJobSource from "./killed_job.py" with { type: "text" };
import launcherSource from "./launcher.py" with { type: "text" };
import sandboxPathsSource from "./sandbox_paths.py" with { type: "text" };
import runningJobsSource from "./running_jobs.py" with { type: "text" };
import scriptRequestsSource from "./script_requests.py" with { type: "text" };
import serverLinkSource from "./server_link.py" with { type: "text" };
import spareSupervisorSource from "./spare_supervisor.py" with { type: "text" };
import startLauncherSource from "./start_launcher.py" with { type: "text" };
import waitingJobSource from "./waiting_job.py" with { type: "text" };
import waitingJobsSource from "./waiting_jobs.py" with { type: "text" };
import waitingSupervisorSource from "./waiting_supervisor.py" with { type: "text" };

export interface LauncherEvents {
  ready(): void;
  /** It has a job that a script asked for. */
  child(id: string): void;
  /** A script asked for a job on the cluster. */
  submit(child: ClusterChild): void;
  started(id: string): void;
  ended(id: string, cell?: ToldCell): void;
  /** The answer to a request; `null` where nobody can answer it any more. */
  told(id: string, answer: SessionAnswer | null): void;
  /**
   * The launcher died: it never does by itself while its server lives, unless it cannot start; then
   * `complaint` is the last line that it wrote to stderr, perhaps empty.
   */
  lost(complaint: string | undefined): void;
}

/** A launcher that says nothing for so long, in milliseconds, may have been stopped. */
const SILENCE_MS = 3000;

const FILES = embeddedFiles("jobs", {
  ...SUPERVISOR_SOURCES,
  ...WARM_SOURCES,
  ...SESSION_SOURCES,
  "child_jobs.py": childJobsSource,
  "children.py": childrenSource,
  "confined_scripts.py": confinedScriptsSource,
  "inherited.py": inheritedSource,
  "killed_job.py": killedJobSource,
  "launcher.py": launcherSource,
  "running_jobs.py": runningJobsSource,
  "sandbox_paths.py": sandboxPathsSource,
  "script_requests.py": scriptRequestsSource,
  "server_link.py": serverLinkSource,
  "spare_supervisor.py": spareSupervisorSource,
  "start_launcher.py": startLauncherSource,
  "waiting_job.py": waitingJobSource,
  "waiting_jobs.py": waitingJobsSource,
  "waiting_supervisor.py": waitingSupervisorSource,
});

/**
 * A Python process that forks the supervisors of this server's jobs and outlives the server. It is
 * no descendant of the server, so that a host which kills the server's process tree spares the jobs.
 */
export class Launcher {
  readonly id = crypto.randomUUID();
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Fulfilled when it is dead, or let go of, and its events have been told. */
  readonly ended: Promise<unknown>;
  #closing = false;
  readonly #python: string;
  #pid?: number;
  /** When it was asked whether it lives, and has not answered. */
  #askedAt?: number;
  #reader?: ReadableStreamDefaultReader<Uint8Array>;

  /** @param python Path of a Python 3.8 or later; it runs with `-I -S`. */
  constructor(home: Home, python: string, maxRunning: number, events: LauncherEvents) {
    this.#python = python;
    const script = join(installFiles(home.root, FILES), "start_launcher.py");
    const child = new Deno.Command(python, {
      args: ["-I", "-S", script, home.root, this.id, String(maxRunning)],
      clearEnv: true,
      env: environment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = child.stdin.getWriter();
    // The process that was started ends at once: the launcher is its grandchild.
    const complaint = lastLine(child.stderr);
    this.ended = Promise.all([child.status, this.#listen(child.stdout, complaint, events)]);
  }

  /** Fails when the launcher is dead. */
  async send(order: Order): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(order) + "\n"));
  }

  /** Has it go on where a script has stopped it; to be called again and again while it has jobs. */
  async check(): Promise<void> {
    const now = performance.now();
    if (this.#askedAt === undefined) {
      this.#askedAt = now;
      await this.send({ ping: true });
    } else if (now - this.#askedAt > SILENCE_MS) {
      this.#askedAt = undefined;
      await this.#wake();
    }
  }

  /** By Python: Deno itself sends signals only with the permission to run everything. */
  async #wake(): Promise<void> {
    if (this.#pid === undefined) return;
    const source = `import os, signal; os.kill(${this.#pid}, signal.SIGCONT)`;
    const args = ["-I", "-S", "-c", source];
    await new Deno.Command(this.#python, { args, stdin: "null" }).output().catch(() => {});
  }

  /** Lets go of the launcher; it ends by itself when it has nothing left to do. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writer.close().catch(() => {});
    await this.#reader?.cancel().catch(() => {});
    await this.ended;
  }

  async #listen(
    stdout: ReadableStream<Uint8Array>,
    complaint: Promise<string>,
    events: LauncherEvents,
  ): Promise<void> {
    this.#reader = stdout.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let ready = false;
    while (true) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const news = JSON.parse(line) as News;
        if ("ready" in news) {
          ready = true;
          this.#pid = news.pid;
          events.ready();
        } else if ("pong" in news) this.#askedAt = undefined;
        else if ("told" in news) events.told(news.told.id, news.told.answer);
        else if ("child" in news) events.child(news.child);
        else if ("submit" in news) events.submit(news.submit);
        else if ("started" in news) events.started(news.started);
        else events.ended(news.ended, news.cell);
      }
    }
    const said = await complaint;
    if (!this.#closing) {
      await this.#writer.abort().catch(() => {});
      events.lost(ready ? undefined : said);
    }
  }
}

/** The last line of a stream that ends when the launcher is ready, or dead. */
async function lastLine(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
    text = (text + piece).slice(-1000);
  }
  return text.trim().split("\n").at(-1)!.trim();
}

/** The server's own, without the token that opens it over HTTP. */
function environment(): Record<string, string> {
  const { PYTHON_MCP_TOKEN: _, ...env } = Deno.env.toObject();
  return env;
}
