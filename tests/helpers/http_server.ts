import { serverFlags } from "./connect.ts";
import { startProgram } from "./program.ts";
import { waitFor } from "./wait_for.ts";

export interface HttpServerOptions {
  home: string;
  env?: Record<string, string>;
  /** More of the command line. */
  args?: string[];
  umask?: number;
}

/** A real `main.ts serve --http` on a port of its own. */
export class HttpServerProcess implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  stderr = "";
  stdout = "";
  url = "";
  token = "";
  readonly #read: Promise<unknown>;

  private constructor({ home, env, args = [], umask }: HttpServerOptions) {
    const host = args.includes("--host") ? args[args.indexOf("--host") + 1] : "127.0.0.1";
    const flags = serverFlags(home, host);
    const options = { home, env, flags, umask };
    this.child = startProgram(["serve", "--http", "--port", "0", ...args], options);
    void this.child.stdin.close();
    this.#read = Promise.all([
      read(this.child.stdout, (text) => this.stdout += text),
      read(this.child.stderr, (text) => this.stderr += text),
    ]);
  }

  /** Starts it; its stderr names the address and the file of the token. */
  static async start(options: HttpServerOptions): Promise<HttpServerProcess> {
    const server = new HttpServerProcess(options);
    await waitFor(() => server.stderr.includes("Token: "), {
      what: "the address of the HTTP server",
    });
    server.url = /listens on (\S+)/.exec(server.stderr)![1]!;
    const path = /Token: in (.+)/.exec(server.stderr)?.[1];
    server.token = path === undefined
      ? options.env!.PYTHON_MCP_TOKEN!
      : Deno.readTextFileSync(path).trim();
    return server;
  }

  get authorization(): { Authorization: string } {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** Tells it to end, as a service manager does. */
  async end(): Promise<Deno.CommandStatus> {
    try {
      this.child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    const status = await this.child.status;
    await this.#read;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

async function read(stream: ReadableStream<Uint8Array>, take: (text: string) => void) {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}
