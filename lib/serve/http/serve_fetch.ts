import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { jsonRpcError } from "../access/json_rpc_error.ts";
import { Connections, type ConnectionsOptions, KEEP_ALIVE_MS } from "./connections.ts";

const METHODS = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"];
/** How long requests that are still open when the server ends may take. */
const LAST_ANSWERS_MS = 5000;

export interface ServeOptions extends Omit<ConnectionsOptions, "connected"> {
  /** The most requests, streams included, that are open at once. */
  mostRequests: number;
}

export interface FetchServer {
  port: number;
  /** Takes no new requests, and waits up to 5 s for the answers to those that are open. */
  close(): Promise<void>;
}

/**
 * Answers HTTP requests with a function from `Request` to `Response`, as `Deno.serve` does. The signal of
 * a request is aborted as soon as its client closes the connection before it has all of the answer.
 */
export function serveFetch(
  options: ServeOptions,
  fetch: (request: Request) => Promise<Response>,
): FetchServer {
  let ended = false;
  let open = 0;
  const server = createServer((request, response) => {
    connections.requested(request, response);
    const isTooMuch = open++ >= options.mostRequests;
    response.once("close", () => open--);
    // Nobody else reads the rest of a body that was refused, and the connection's next request is behind it.
    response.once("finish", () => request.resume());
    answer(request, response, isTooMuch ? refuse : fetch).catch((error) => {
      options.warn(`http: ${error instanceof Error ? error.stack : error}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // It takes the connections that others accept; one that does not listen closes them after one answer.
  Object.defineProperty(server, "listening", { get: () => !ended });
  const connections = new Connections({
    ...options,
    connected: (stream) => void server.emit("connection", stream),
  });
  return {
    port: connections.port,
    async close() {
      ended = true;
      await connections.close(LAST_ANSWERS_MS);
    },
  };
}

function refuse(): Promise<Response> {
  return Promise.resolve(jsonRpcError(503, -32000, "Too many open requests"));
}

async function answer(
  message: IncomingMessage,
  out: ServerResponse,
  fetch: (request: Request) => Promise<Response>,
): Promise<void> {
  if (!METHODS.includes(message.method!)) {
    return void out.writeHead(405, { Allow: METHODS.join(", ") }).end();
  }
  const left = new AbortController();
  out.once("close", () => {
    if (!out.writableFinished) left.abort();
  });
  const request = requestOf(message, left.signal);
  if (!request) return void out.writeHead(400).end();
  await send(await fetch(request), out, message.method === "HEAD");
}

/** `undefined`: its target or its `Host` is no valid one. */
function requestOf(message: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method, url: target, rawHeaders } = message;
  const headers = new Headers();
  for (let n = 0; n < rawHeaders.length; n += 2) headers.append(rawHeaders[n]!, rawHeaders[n + 1]!);
  const url = target!.startsWith("/") ? `http://${headers.get("host")}${target}` : target!;
  if (!URL.canParse(url)) return undefined;
  const body = method === "GET" || method === "HEAD" ? null : bodyOf(message);
  return new Request(url, { method, headers, body, signal });
}

/** Reads only what is asked for; the answer still goes out when not all was. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  const pieces = message.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await pieces.return?.();
    },
  }, { highWaterMark: 0 });
}

async function send(response: Response, out: ServerResponse, headOnly: boolean): Promise<void> {
  out.statusCode = response.status;
  for (const [name, value] of response.headers) out.appendHeader(name, value);
  const { body } = response;
  if (!body || headOnly || out.destroyed) {
    await body?.cancel();
    return void out.end();
  }
  const streams = response.headers.has("content-length") ||
    response.headers.get("content-type")?.startsWith("text/event-stream");
  if (!streams) {
    const bytes = await response.bytes();
    return void out.setHeader("Content-Length", bytes.length).end(bytes);
  }
  out.flushHeaders();
  // A client that leaves ends the stream, which is no fault.
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), out)
    .catch(() => {});
}
