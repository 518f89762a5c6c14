import { pause } from "../../base/pause.ts";
import type { Home } from "../files/home.ts";
import type { ClusterChild, Order, ToldCell } from "../files/messages.ts";
import type { ProcessSpec } from "../files/process_spec.ts";
import { Launcher, type LauncherEvents } from "../launcher/launcher_process.ts";
import { LauncherFailures } from "./launcher_failures.ts";
import { SessionLinks } from "./session_links.ts";
import { SessionRequests } from "./session_requests.ts";

/** How long to wait after a launcher that could not start, in milliseconds. */
const PAUSE_MS = 300;

export interface HandOverOptions {
  home: Home;
  /** The Python (3.8 or later) that runs launcher and supervisors. */
  python: () => string;
  maxRunning: number;
  /** The launcher has a job that a script asked for. */
  child: (id: string) => void;
  /** A script asked for a job on the cluster. */
  submit: (child: ClusterChild) => void;
  /** A supervisor has the job. */
  started: (id: string) => void;
  /** A supervisor has ended, or will never have the job. */
  ended: (id: string, cell?: ToldCell) => void;
  /** No launcher can be had for a job. */
  failed: (id: string, error: string) => void;
  /** Whatever a dead launcher had to say is lost. */
  lost: () => void;
  log: (message: string) => void;
}

/** Gives jobs to the launcher, and to the next one when it dies before it has started them. */
export class HandOver {
  readonly #options: HandOverOptions;
  /**
   * Jobs that have not started, with their environment values, which are nowhere else; `undefined`
   * while a job is still being made.
   */
  readonly #waiting = new Map<string, ProcessSpec | undefined>();
  /** Jobs of scripts that have not started, and the launcher that alone has their values. */
  readonly #children = new Map<string, Launcher>();
  /** Running jobs of dead launchers, which the launcher settles should their supervisors die. */
  readonly #watched = new Set<string>();
  /** Sessions that cells are given to. */
  readonly sessions: SessionLinks;
  /** What is asked of sessions. */
  readonly requests: SessionRequests;
  readonly #failures: LauncherFailures;
  #launcher?: Launcher;
  /** Those that were replaced: they have their jobs and no others. */
  readonly #retired: Launcher[] = [];
  #pause?: ReturnType<typeof setTimeout>;
  #closed = false;

  constructor(options: HandOverOptions) {
    this.#options = options;
    const { home, python, failed } = options;
    this.#failures = new LauncherFailures(python);
    this.requests = new SessionRequests((order) => this.tell(order));
    this.sessions = new SessionLinks({
      sockets: home.sockets,
      news: (news) => {
        if ("started" in news) this.#started(news.started);
        else if ("ended" in news) this.#ended(news.ended, news.cell);
      },
      // The launcher gives it to the session, which may have it, or ends it where that is gone.
      lost: (cell) => this.tell({ run: cell }).catch((error) => failed(cell.id, String(error))),
    });
  }

  /** Starts the launcher ahead of the first job. */
  warmUp(): Launcher {
    if (this.#closed) throw new Error("No job can be handed over: the server ends");
    this.#launcher ??= this.#startLauncher();
    return this.#launcher;
  }

  /** Says that a job is being made here. */
  reserve(id: string): void {
    this.#waiting.set(id, undefined);
  }

  /** Whether the job is being made, or waits for its start, here. */
  has(id: string): boolean {
    return this.#waiting.has(id) || this.#children.has(id);
  }

  /** Whether this is the launcher that jobs are handed over to. */
  isCurrent(launcherId: string): boolean {
    return this.#launcher?.id === launcherId;
  }

  watches(id: string): boolean {
    return this.#watched.has(id);
  }

  watch(id: string): void {
    this.#watched.add(id);
  }

  async give(process: ProcessSpec): Promise<void> {
    this.#waiting.set(process.id, process);
    if (process.session && await this.sessions.give(process)) return;
    try {
      await this.tell({ run: process });
    } catch (error) {
      this.#waiting.delete(process.id);
      throw error;
    }
  }

  /** A job that is not to be started any more. */
  forget(id: string): void {
    this.#watched.delete(id);
    this.#waiting.delete(id);
    this.#children.delete(id);
  }

  async moveToBackground(id: string): Promise<void> {
    const process = this.#waiting.get(id);
    if (!process) return;
    process.kind = "background";
    await this.tell({ background: id });
  }

  /** @throws {UserError} when no launcher can be had */
  async tell(order: Order): Promise<void> {
    if (!("run" in order) && this.#failures.isResting) throw this.#failures.explain();
    while (true) {
      const launcher = this.warmUp();
      try {
        return await launcher.send(order);
      } catch (cause) {
        // It is dead: the next one gets the order.
        await launcher.ended;
        if (this.#failures.hasAny) await pause(PAUSE_MS);
        // Another order may have found out meanwhile that none can be had.
        if (this.#failures.isResting) throw this.#failures.explain(cause);
      }
    }
  }

  /** Has the launcher go on where a script has stopped it. */
  async checkLauncher(): Promise<void> {
    await this.#launcher?.check();
  }

  /** Has the next jobs start from a new launcher: what this one had in the home is gone. */
  replaceLauncher(): void {
    if (!this.#launcher) return;
    this.#retired.push(this.#launcher);
    this.#drop(this.#launcher);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    this.sessions.close();
    for (const launcher of this.#retired) await launcher.close();
    await this.#launcher?.close();
  }

  #drop(launcher: Launcher): void {
    if (this.#launcher !== launcher) return;
    this.#launcher = undefined;
    this.#watched.clear();
  }

  #startLauncher(): Launcher {
    const { home, maxRunning, child, submit, lost, log } = this.#options;
    const python = this.#options.python();
    const events: LauncherEvents = {
      ready: () => this.#failures.clear(),
      child: (id) => {
        this.#children.set(id, launcher);
        child(id);
      },
      submit,
      started: (id) => this.#started(id),
      ended: (id, cell) => this.#ended(id, cell),
      told: (id, answer) => this.requests.answer(id, answer),
      lost: (complaint) => {
        this.#drop(launcher);
        this.requests.answerAll();
        for (const [id, its] of this.#children) if (its === launcher) this.#children.delete(id);
        if (this.#closed) return;
        if (complaint === undefined) {
          log("the launcher is gone; running jobs carry on, another one takes what waits");
          this.#giveAgain();
        } else {
          this.#failed(complaint);
        }
        lost();
      },
    };
    let launcher: Launcher;
    try {
      launcher = new Launcher(home, python, maxRunning, events);
    } catch (cause) {
      // Whoever started the server can fix that, and is told how; it is no fault of the Python.
      if (cause instanceof Deno.errors.NotCapable) throw cause;
      throw this.#failures.explainUncalled(cause);
    }
    return launcher;
  }

  /** A launcher could not start. */
  #failed(complaint: string): void {
    if (this.#failures.add(complaint)) {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#giveAgain(), PAUSE_MS);
      return;
    }
    const { message } = this.#failures.explain();
    this.#options.log(message);
    for (const [id, process] of [...this.#waiting]) {
      if (process) this.#fail(id, message);
    }
  }

  #started(id: string): void {
    this.forget(id);
    this.#options.started(id);
  }

  #ended(id: string, cell?: ToldCell): void {
    this.forget(id);
    this.#options.ended(id, cell);
  }

  #giveAgain(): void {
    for (const process of this.#waiting.values()) {
      if (!process || this.sessions.has(process.id)) continue;
      this.tell({ run: process })
        .catch((error) =>
          this.#fail(process.id, error instanceof Error ? error.message : String(error))
        );
    }
  }

  #fail(id: string, error: string): void {
    this.#waiting.delete(id);
    this.#options.failed(id, error);
  }
}
