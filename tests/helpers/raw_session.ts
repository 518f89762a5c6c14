import { startProgram } from "./program.ts";

export interface Message {
  jsonrpc: "2.0";
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** A server spoken to in JSON-RPC lines, byte by byte; keeps all that it wrote to stdout. */
export class RawSession implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  stdout = "";
  stderr = "";
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #messages: Message[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #read: Promise<unknown>;
  #lastId = 0;

  constructor(home: string, env: Record<string, string> = {}, args: string[] = []) {
    this.child = startProgram(args, { home, env });
    this.#writer = this.child.stdin.getWriter();
    this.#read = Promise.all([this.#readStdout(), this.#readStderr()]);
  }

  async send(message: object): Promise<void> {
    await this.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
  }

  async write(text: string): Promise<void> {
    await this.writeBytes(new TextEncoder().encode(text));
  }

  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** Sends a request and returns the message that answers it. */
  async request(method: string, params: Record<string, unknown> = {}): Promise<Message> {
    const id = ++this.#lastId;
    await this.send({ id, method, params });
    return await this.next((message) => message.id === id);
  }

  /** The first message, seen or to come, that fits. */
  async next(fits: (message: Message) => boolean, timeoutMs = 60_000): Promise<Message> {
    const deadline = performance.now() + timeoutMs;
    while (true) {
      const found = this.#messages.findIndex(fits);
      if (found >= 0) return this.#messages.splice(found, 1)[0]!;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no such message in ${timeoutMs} ms; stderr: ${this.stderr}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.add(resolve);
      await promise;
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    }
  }

  async initialize(protocolVersion = "2025-11-25"): Promise<Message> {
    const answer = await this.request("initialize", {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: "raw", version: "1" },
    });
    await this.send({ method: "notifications/initialized" });
    return answer;
  }

  async call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { result } = await this.request("tools/call", { name, arguments: args });
    return result!.structuredContent as Record<string, unknown>;
  }

  async closeInput(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  /** Closes the input where that has not happened, and waits for the end. */
  async end(): Promise<Deno.CommandStatus> {
    await this.closeInput();
    const status = await this.child.status;
    await this.#read;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #readStdout(): Promise<void> {
    let rest = "";
    for await (const text of this.child.stdout.pipeThrough(new TextDecoderStream())) {
      this.stdout += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.#messages.push(...lines.map((line) => JSON.parse(line) as Message));
      for (const wake of this.#waiting) wake();
    }
  }

  async #readStderr(): Promise<void> {
    for await (const text of this.child.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += text;
    }
  }
}
