import { Duplex } from "node:stream";

const PIECE = 64 * 1024;

/**
 * A TCP connection as a stream of Node's, with what Node's HTTP server calls of a socket. Time is up for a
 * connection when `Connections` says so.
 */
export class ConnectionStream extends Duplex {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(PIECE);

  constructor(connection: Deno.TcpConn) {
    super({ allowHalfOpen: false });
    this.#connection = connection;
    connection.setNoDelay();
  }

  override _read(): void {
    this.#connection.read(this.#buffer).then(
      (length) => this.push(length === null ? null : this.#buffer.slice(0, length)),
      (error) => this.destroy(error),
    );
  }

  override _write(piece: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#writeAll(piece).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#connection.close();
    } catch {
      // The other side has closed it.
    }
    done(error);
  }

  /** Closes it once all is written. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }

  setTimeout(): this {
    return this;
  }

  async #writeAll(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length;) at += await this.#connection.write(piece.subarray(at));
  }
}
