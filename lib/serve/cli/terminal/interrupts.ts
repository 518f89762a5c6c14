import { EXIT } from "../command/cli.ts";

/** How long a second Ctrl-C counts as one, in milliseconds. */
const AGAIN_MS = 3000;
const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Notices that a person, or the system, wants a command to end. */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #handlers = new Map<Deno.Signal, () => void>();
  /** As shells have it: 128 and the signal's number. */
  exitCode: number = EXIT.interrupted;
  #again = Promise.withResolvers<boolean>();

  constructor() {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const handle = () => this.#notice(name);
      this.#handlers.set(name, handle);
      Deno.addSignalListener(name, handle);
    }
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether a second Ctrl-C follows soon; only a person presses it. */
  async comesAgain(): Promise<boolean> {
    if (this.exitCode !== EXIT.interrupted) return false;
    const timer = setTimeout(() => this.#again.resolve(false), AGAIN_MS);
    try {
      return await this.#again.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    for (const [name, handle] of this.#handlers) Deno.removeSignalListener(name, handle);
  }

  #notice(name: keyof typeof NUMBERS): void {
    if (this.signal.aborted) {
      this.#again.resolve(name === "SIGINT");
    } else {
      this.exitCode = 128 + NUMBERS[name];
      this.#controller.abort();
    }
  }
}
