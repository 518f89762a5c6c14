import { Buffer } from "node:buffer";
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import { type Answer, Batches } from "./batches.ts";
import type { Begun } from "./begin.ts";
import { OpenRequests } from "./open_requests.ts";
import { arrivedAt } from "./standard_streams.ts";

/** The longest message that is read; a script of 5 MB escaped as JSON fits. */
const LONGEST_MESSAGE = 64 * 2 ** 20;
const NEWLINE = 10;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
/** The only version of the protocol with batches. */
const VERSION_WITH_BATCHES = "2025-03-26";

/**
 * JSON-RPC lines on standard input and output. Own code, since the SDK's transport is silent where
 * JSON-RPC 2.0 wants an answer (a line that is not JSON, or not a message), ends at a line that is too
 * long, drops what is unanswered when the input ends, trips over a byte order mark, and knows no
 * batches; for all else a test holds this one to it.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  /** The requests that were read and not answered yet. */
  readonly open = new OpenRequests();
  readonly #inputEnded = Promise.withResolvers<void>();
  readonly #hasClosed = Promise.withResolvers<void>();
  readonly #input: AsyncIterable<Uint8Array>;
  readonly #output: Output;
  readonly #begun?: Omit<Begun, "input">;
  /** Fulfilled when the server has answered as well what was answered before. */
  readonly #caughtUp = Promise.withResolvers<void>();
  #answered?: string | number;
  /** The pieces of a line whose end is still to come. */
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** When the newest piece came. */
  #at = 0;
  #closed = false;
  /** There once the version that has them was agreed on. */
  #batches?: Batches;

  /** @param begun Where the conversation stands already. */
  constructor(input: AsyncIterable<Uint8Array>, output: Output, begun?: Omit<Begun, "input">) {
    this.#input = input;
    this.#output = output;
    this.#begun = begun;
    this.#answered = begun?.answered;
    if (this.#answered === undefined) this.#caughtUp.resolve();
  }

  /** Fulfilled when all of the input was read. */
  get inputEnded(): Promise<void> {
    return this.#inputEnded.promise;
  }

  /** Fulfilled when nothing can be sent any more, such as when the client has closed its end. */
  get closed(): Promise<void> {
    return this.#hasClosed.promise;
  }

  start(): Promise<void> {
    this.#readAll();
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message && message.result.protocolVersion === VERSION_WITH_BATCHES) {
      this.#batches ??= new Batches((answers) => void this.#write(answers).catch(() => {}));
    }
    if (!("method" in message)) {
      if (this.#batches?.take(message)) return Promise.resolve();
      if (this.#isAnswered(message.id)) return Promise.resolve();
    }
    return this.#write(message);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#hasClosed.resolve();
    this.onclose?.();
    return Promise.resolve();
  }

  /** Whether this answers what was answered before; a later request may have that id too. */
  #isAnswered(id: unknown): boolean {
    if (id === undefined || id !== this.#answered) return false;
    this.#answered = undefined;
    this.open.settle(id, true);
    this.#caughtUp.resolve();
    return true;
  }

  async #readAll(): Promise<void> {
    try {
      for await (const [piece, at] of this.#allInput()) {
        if (this.#closed) return;
        this.#at = at;
        this.#onData(piece);
      }
    } catch (error) {
      return this.#onError(error as Error);
    }
    // A last line may lack its end.
    if (this.#length > 0) this.#endLine();
    this.#inputEnded.resolve();
  }

  /** Pieces, each with when it came. */
  async *#allInput(): AsyncGenerator<[Uint8Array, number]> {
    if (this.#begun) {
      const { read, at } = this.#begun;
      const rest = read.indexOf(NEWLINE) + 1;
      yield [read.subarray(0, rest), at];
      // What follows depends on it, such as on the version that was agreed on.
      await this.#caughtUp.promise;
      yield [read.subarray(rest), at];
    }
    for await (const piece of this.#input) yield [piece, arrivedAt(piece)];
  }

  #onError(error: Error): void {
    this.onerror?.(error);
    this.close();
  }

  #onData(data: Uint8Array): void {
    let from = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, from)) {
      this.#add(data.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#add(data.subarray(from));
  }

  #add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_MESSAGE) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #endLine(): void {
    const tooLong = this.#length > LONGEST_MESSAGE;
    const line = Buffer.concat(this.#pieces).toString("utf8").replace(/^\ufeff/, "");
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
      return this.#refuse(PARSE_ERROR, "Parse error: the line is not valid JSON");
    }
    if (this.#batches && Array.isArray(value) && value.length > 0) {
      const messages = value.map(parseMessage);
      this.#batches.open(
        messages.filter((message) => message !== undefined),
        value.filter((_, index) => !messages[index]).map(noMessage),
      );
      for (const message of messages) if (message) this.#deliver(message);
      return;
    }
    const message = parseMessage(value);
    if (message) this.#deliver(message);
    else this.#answer(noMessage(value));
  }

  #deliver(message: JSONRPCMessage): void {
    if ("method" in message && "id" in message) this.open.open(message, this.#at);
    if ("method" in message && message.method === "notifications/cancelled") {
      this.#batches?.forget(message.params?.requestId);
      this.open.settle(message.params?.requestId, false);
    }
    this.onmessage?.(message);
  }

  #refuse(code: number, message: string): void {
    this.#answer({ jsonrpc: "2.0", id: null, error: { code, message } });
  }

  #answer(refusal: Refusal): void {
    this.onerror?.(new Error(refusal.error.message));
    this.#write(refusal).catch(() => {});
  }

  async #write(message: JSONRPCMessage | Answer | Answer[]): Promise<void> {
    if (this.#closed) throw new Error("The connection is closed");
    try {
      await this.#output(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
    } catch (error) {
      this.#onError(error as Error);
      throw error;
    }
    for (const one of [message].flat()) if (!("method" in one)) this.open.settle(one.id, true);
  }
}

/** Writes all of the bytes, in the order of the calls. */
type Output = (bytes: Uint8Array) => Promise<void>;

interface Refusal extends Answer {
  error: { code: number; message: string };
}

function parseMessage(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}

/** Answers what is not a message; the id that it has anyway tells its sender. */
function noMessage(value: unknown): Refusal {
  const id = (value as { id?: unknown } | null)?.id;
  return {
    jsonrpc: "2.0",
    id: typeof id === "string" || typeof id === "number" ? id : null,
    error: { code: INVALID_REQUEST, message: "Invalid Request: not a JSON-RPC 2.0 message" },
  };
}
