import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type Transport,
} from "@modelcontextprotocol/server";
import { type Answer, Batches } from "./batches.ts";
import type { Begun } from "./begin.ts";
import { OpenRequests } from "./open_requests.ts";

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
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #read?: Uint8Array;
  #answered?: string | number;
  /** The pieces of a line whose end is still to come. */
  #pieces: Buffer[] = [];
  #length = 0;
  #closed = false;
  /** There once the version that has them was agreed on. */
  #batches?: Batches;

  /** @param begun Where the conversation stands already. */
  constructor(input: Readable, output: Writable, begun?: Begun) {
    this.#input = input;
    this.#output = output;
    this.#read = begun?.read;
    this.#answered = begun?.answered;
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
    if (this.#read) this.#onData(Buffer.from(this.#read));
    this.#input.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd)
      .on("error", this.#onError);
    this.#output.on("error", this.#onError);
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if ("result" in message && message.result.protocolVersion === VERSION_WITH_BATCHES) {
      this.#batches ??= new Batches((answers) => void this.#write(answers).catch(() => {}));
    }
    if (!("method" in message)) {
      if (this.#batches?.take(message)) return Promise.resolve();
      if (message.id !== undefined && message.id === this.#answered) {
        return this.#passOver(message.id);
      }
    }
    return this.#write(message);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd).pause();
    this.#hasClosed.resolve();
    this.onclose?.();
    return Promise.resolve();
  }

  /** What was answered before: whoever asks again with that id gets an answer. */
  #passOver(id: string | number): Promise<void> {
    this.#answered = undefined;
    this.open.settle(id);
    return Promise.resolve();
  }

  readonly #onEnd = () => {
    // A last line may lack its end.
    if (this.#length > 0) this.#endLine();
    this.#inputEnded.resolve();
  };

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
      return this.#refuse(PARSE_ERROR, "Parse error: the line is no JSON");
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
    if ("method" in message && "id" in message) this.open.open(message);
    if ("method" in message && message.method === "notifications/cancelled") {
      this.#batches?.forget(message.params?.requestId);
      this.open.settle(message.params?.requestId);
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

  #write(message: JSONRPCMessage | Answer | Answer[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("The connection is closed"));
    return new Promise((resolve, reject) => {
      this.#output.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error) return reject(error);
        for (const one of [message].flat()) if (!("method" in one)) this.open.settle(one.id);
        resolve();
      });
    });
  }
}

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
    error: { code: INVALID_REQUEST, message: "Invalid Request: no JSON-RPC 2.0 message" },
  };
}
