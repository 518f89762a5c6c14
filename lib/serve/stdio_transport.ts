import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";

/** The longest message that is read; a script of 5 MB escaped as JSON fits. */
const LONGEST_MESSAGE = 64 * 2 ** 20;
const NEWLINE = 10;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

/**
 * JSON-RPC lines on standard input and output. Unlike the SDK's transport it answers a line that is no
 * JSON or no message, as JSON-RPC 2.0 wants it, and survives one that is too long.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  readonly #input: Readable;
  readonly #output: Writable;
  /** The pieces of a line whose end is still to come. */
  #pieces: Buffer[] = [];
  #length = 0;
  #closed = false;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  start(): Promise<void> {
    this.#input.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd)
      .on("error", this.#onError);
    this.#output.on("error", this.#onError);
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#write(message);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd).pause();
    this.onclose?.();
    return Promise.resolve();
  }

  readonly #onEnd = () => void this.close();

  readonly #onError = (error: Error) => {
    this.onerror?.(error);
    this.close();
  };

  readonly #onData = (data: Buffer) => {
    let from = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, from)) {
      this.#add(data.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#add(data.subarray(from));
  };

  #add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_MESSAGE) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #endLine(): void {
    const tooLong = this.#length > LONGEST_MESSAGE;
    const line = Buffer.concat(this.#pieces).toString("utf8");
    this.#pieces = [];
    this.#length = 0;
    if (tooLong) {
      this.#refuse(INVALID_REQUEST, `Invalid Request: longer than ${LONGEST_MESSAGE} bytes`);
    } else if (line.trim() !== "") {
      this.#receive(line);
    }
  }

  #receive(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return this.#refuse(PARSE_ERROR, "Parse error: the line is no JSON");
    }
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(value);
    } catch {
      return this.#refuse(INVALID_REQUEST, "Invalid Request: no JSON-RPC 2.0 message", idOf(value));
    }
    this.onmessage?.(message);
  }

  #refuse(code: number, message: string, id: string | number | null = null): void {
    this.onerror?.(new Error(message));
    this.#write({ jsonrpc: "2.0", id, error: { code, message } }).catch(() => {});
  }

  #write(message: object): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("The connection is closed"));
    return new Promise((resolve, reject) => {
      this.#output.write(
        `${JSON.stringify(message)}\n`,
        (error) => error ? reject(error) : resolve(),
      );
    });
  }
}

/** The id that a message which is none has all the same, so that its sender learns of it. */
function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
