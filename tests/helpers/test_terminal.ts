import { MAIN } from "./program.ts";
import type { TestHome } from "./test_home.ts";

/** Python's `pty` is a terminal. */
const SPAWN = "import pty, sys; pty.spawn(sys.argv[1:])";
const PATIENCE_MS = 60_000;

/** The program on a terminal at which somebody types. */
export class TestTerminal implements AsyncDisposable {
  /** All that has been shown. */
  shown = "";
  #at = 0;
  readonly #child: Deno.ChildProcess;
  readonly #typing: WritableStreamDefaultWriter<Uint8Array>;
  readonly #showing: Promise<void>;
  #wake = () => {};

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#typing = child.stdin.getWriter();
    this.#showing = this.#show();
  }

  static start(home: TestHome, args: string[], cwd = home.path): TestTerminal {
    const command = new Deno.Command("python3", {
      args: ["-c", SPAWN, Deno.execPath(), "run", "-A", MAIN, ...args],
      cwd,
      env: { PYTHON_MCP_HOME: home.join("home"), TERM: "xterm", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    });
    return new TestTerminal(command.spawn());
  }

  async type(text: string): Promise<void> {
    await this.#typing.write(new TextEncoder().encode(text));
  }

  /** Waits until a text has been shown, after the one that was waited for last. */
  async until(text: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let found: number;
    while ((found = this.shown.indexOf(text, this.#at)) < 0) {
      if (Date.now() > deadline) throw new Error(`No ${JSON.stringify(text)} in:\n${this.shown}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 500);
      });
    }
    this.#at = found + text.length;
  }

  /** Waits for the end of the program. */
  async untilEnded(): Promise<void> {
    await this.#showing;
    await this.#child.status;
  }

  async #show(): Promise<void> {
    for await (const piece of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.shown += piece;
      this.#wake();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#typing.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.untilEnded();
  }
}
