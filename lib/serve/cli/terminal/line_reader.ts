import { createInterface, type Interface } from "node:readline";
import process from "node:process";

/** Lines that a person types on the terminal, with editing and a history. */
export class LineReader implements Disposable {
  /** Called at each Ctrl-C. */
  onInterrupt = () => {};
  readonly #lines: string[] = [];
  readonly #interface: Interface;
  #wake = () => {};
  #closed = false;
  /** Resolves when the person leaves. */
  readonly closed: Promise<void>;

  constructor() {
    this.#interface = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      historySize: 1000,
      prompt: "",
    });
    this.#interface.on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#interface.on("SIGINT", () => {
      // What is typed goes.
      this.#interface.write(null, { ctrl: true, name: "e" });
      this.#interface.write(null, { ctrl: true, name: "u" });
      this.onInterrupt();
      this.#wake();
    });
    this.closed = new Promise((resolve) =>
      this.#interface.on("close", () => {
        this.#closed = true;
        this.#wake();
        resolve();
      })
    );
  }

  /** Whether the person has left, with Ctrl-D. */
  get isClosed(): boolean {
    return this.#closed && this.#lines.length === 0;
  }

  /** A line that has been typed ahead. */
  take(): string | undefined {
    return this.#lines.shift();
  }

  /** Shows a prompt and waits for a line; `undefined` after Ctrl-C or Ctrl-D. */
  async read(prompt: string): Promise<string | undefined> {
    const ahead = this.take();
    if (ahead !== undefined || this.#closed) return ahead;
    this.#interface.setPrompt(prompt);
    this.#interface.prompt();
    await new Promise<void>((resolve) => this.#wake = resolve);
    // What is typed ahead is shown without one.
    this.#interface.setPrompt("");
    return this.take();
  }

  [Symbol.dispose](): void {
    this.#interface.close();
  }
}
