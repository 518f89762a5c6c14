import type { IncomingMessage, ServerResponse } from "node:http";
import { pause } from "../../base/pause.ts";
import { ConnectionStream } from "./connection_stream.ts";

const HEADERS_MS = 10_000;
/** How long a request's body may pause. */
const BODY_MS = 60_000;
/** How long a connection stays open between two requests. */
export const KEEP_ALIVE_MS = 60_000;
const CHECK_MS = 1000;
/** After an accept that failed, for want of descriptors as a rule. */
const AGAIN_MS = 100;
const ROOM = 20;
const WARN_EVERY_MS = 60_000;

export interface ConnectionsOptions {
  hostname: string;
  port: number;
  /** How many at once. */
  most: number;
  /** How long a new connection may take until its first request's headers are there; 10 s. */
  headersMs?: number;
  /** Is given each new connection. */
  connected(stream: ConnectionStream): void;
  warn(message: string): void;
}

interface Connection {
  /** Those whose answers are not out yet. */
  requests: Set<IncomingMessage>;
  /** When it is closed if it still waits for its client then. */
  deadline: number;
}

/**
 * The connections of an HTTP server. Own code, since neither `Deno.serve` nor `node:http` in Deno 2.9
 * survives a failed accept, and the former knows no limits: who only opens connections, without any
 * token, could end the server. One that waits for its client too long is closed, and the one that has
 * waited longest makes room for a new one.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Map<ConnectionStream, Connection>();
  readonly #timer: ReturnType<typeof setInterval>;
  #closing = false;
  #warnedAt = -Infinity;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: options.hostname, port: options.port });
    this.#timer = setInterval(() => this.#closeLate(), CHECK_MS);
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Must be told of each request, since a connection whose client waits for us stays open. */
  requested(request: IncomingMessage, response: ServerResponse): void {
    const stream = request.socket as unknown as ConnectionStream;
    const connection = this.#open.get(stream);
    if (!connection) return;
    connection.requests.add(request);
    const received = () => connection.deadline = Date.now() + BODY_MS;
    received();
    stream.on("data", received);
    response.once("close", () => {
      stream.off("data", received);
      connection.requests.delete(request);
      connection.deadline = Date.now() + KEEP_ALIVE_MS;
      // Behind all others, to be the last that makes room.
      if (this.#open.delete(stream)) this.#open.set(stream, connection);
      if (this.#closing) stream.destroySoon();
    });
  }

  /** Takes no more connections, and closes the open ones once they are answered; all after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#closing = true;
    this.#listener.close();
    for (const [stream, connection] of this.#open) if (waits(connection)) stream.destroy();
    const deadline = Date.now() + withinMs;
    while (this.#open.size > 0 && Date.now() < deadline) await pause(10);
    clearInterval(this.#timer);
    for (const stream of this.#open.keys()) stream.destroy();
  }

  async #accept(): Promise<void> {
    while (!this.#closing) {
      try {
        this.#take(await this.#listener.accept());
      } catch (error) {
        if (this.#closing) return;
        this.#warn(`cannot take a connection: ${(error as Error).message}`);
        // Behind the one that failed there may be many more.
        for (let room = 0; room < ROOM && this.#makeRoom(); room++);
        await pause(AGAIN_MS);
      }
    }
  }

  #take(accepted: Deno.TcpConn): void {
    if (this.#open.size >= this.#options.most && !this.#makeRoom()) return accepted.close();
    const stream = new ConnectionStream(accepted);
    this.#open.set(stream, {
      requests: new Set(),
      deadline: Date.now() + (this.#options.headersMs ?? HEADERS_MS),
    });
    stream.once("close", () => this.#open.delete(stream));
    // What went wrong with a connection ends it, and is nobody else's concern.
    stream.on("error", () => {});
    this.#options.connected(stream);
  }

  /** Closes the connection that has waited longest for its client; false when none does. */
  #makeRoom(): boolean {
    for (const [stream, connection] of this.#open) {
      if (!waits(connection)) continue;
      this.#open.delete(stream);
      stream.destroy();
      return true;
    }
    return false;
  }

  #closeLate(): void {
    const now = Date.now();
    for (const [stream, connection] of this.#open) {
      if (waits(connection) && connection.deadline < now) stream.destroy();
    }
  }

  #warn(message: string): void {
    const now = Date.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#options.warn(`http: ${message}`);
  }
}

/** Whether the server waits for the client, not the client for the server. */
function waits({ requests }: Connection): boolean {
  return ![...requests].some(({ complete }) => complete);
}
