import type { App } from "../../../runs/app.ts";

/** What a command line works with, and what it ends with. */
export class Cli {
  /** The exit code of the program; see {@linkcode EXIT}. */
  exitCode = 0;
  readonly #createApp: () => App;
  #app?: App;

  constructor(createApp: () => App) {
    this.#createApp = createApp;
  }

  /** Made at the first use: `--help` needs no home. */
  get app(): App {
    return this.#app ??= this.#createApp();
  }

  async close(): Promise<void> {
    await this.#app?.close();
  }
}

/** What lists show as the starter of a job, where jobs of clients have a tool. */
export const COMMAND_LINE = "command line";

/** What exit codes mean, besides those of scripts. */
export const EXIT = {
  ok: 0,
  /** What was asked for could not be done; stderr says why. */
  failed: 1,
  /** The command line was wrong: sysexits(3). */
  usage: 64,
  /** Time was up: as timeout(1). */
  timedOut: 124,
  /** Ended by Ctrl-C: as shells have it. */
  interrupted: 130,
  /** Nobody reads the output any more: as shells have it. */
  brokenPipe: 141,
} as const;
