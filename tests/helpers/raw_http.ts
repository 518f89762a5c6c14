import type { HttpServerProcess } from "./http_server.ts";
import type { Message } from "./raw_session.ts";

/** The requests of one client over HTTP, header by header. */
export class RawHttp {
  readonly #server: Pick<HttpServerProcess, "url" | "authorization">;
  readonly #version: string;
  readonly #send: (request: Request) => Promise<Response>;
  session?: string;
  #lastId = 0;

  constructor(
    server: Pick<HttpServerProcess, "url" | "authorization">,
    version: "2025-11-25" | "2026-07-28" = "2025-11-25",
    send: (request: Request) => Promise<Response> = fetch,
  ) {
    this.#send = send;
    this.#server = server;
    this.#version = version;
  }

  /** Opens a 2025-era session. */
  async initialize(): Promise<Message> {
    const response = await this.post({
      id: ++this.#lastId,
      method: "initialize",
      params: {
        protocolVersion: this.#version,
        capabilities: {},
        clientInfo: { name: "raw", version: "1" },
      },
    });
    this.session = response.headers.get("mcp-session-id") ?? undefined;
    const answer = (await messagesOf(response)).at(-1)!;
    await drain(await this.post({ method: "notifications/initialized" }));
    return answer;
  }

  get headers(): Record<string, string> {
    return {
      ...this.#server.authorization,
      Accept: "application/json, text/event-stream",
      "Mcp-Protocol-Version": this.#version,
      ...(this.session === undefined ? {} : { "Mcp-Session-Id": this.session }),
    };
  }

  /** Sends a message and returns the response, whose body is still to be read. */
  async post(
    message: { id?: number; method: string; params?: Record<string, unknown> },
    signal?: AbortSignal,
  ): Promise<Response> {
    const { method, params = {} } = message;
    const name = params.name ?? params.uri ?? params.taskId;
    const modern = this.#version === "2026-07-28";
    const request = new Request(this.#server.url, {
      method: "POST",
      signal,
      headers: {
        ...this.headers,
        "Content-Type": "application/json",
        ...(modern ? { "Mcp-Method": method } : {}),
        ...(modern && typeof name === "string" ? { "Mcp-Name": name } : {}),
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
    return await this.#send(request);
  }

  /** Sends a request and returns all messages that answer it, the answer last. */
  async request(method: string, params: Record<string, unknown> = {}): Promise<Message[]> {
    return await messagesOf(await this.post({ id: ++this.#lastId, method, params }));
  }

  async call(
    name: string,
    args: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    const answer = (await this.request("tools/call", { name, arguments: args, ...more })).at(-1)!;
    return answer.result!.structuredContent as Record<string, unknown>;
  }

  /** Opens the stream of messages that belong to no request, or resumes one. */
  async listen(signal: AbortSignal, lastEventId?: string): Promise<Response> {
    return await fetch(this.#server.url, {
      signal,
      headers: {
        ...this.headers,
        ...(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId }),
      },
    });
  }
}

/** An event of a stream of server-sent events. */
export interface ServerSentEvent {
  id?: string;
  message?: Message;
}

/** The events of a response; those without a message too. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerSentEvent> {
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (id === undefined && data === undefined) continue;
      yield { id, message: data === undefined ? undefined : JSON.parse(data) };
    }
  }
}

/** All messages of a response, whichever form it has. */
export async function messagesOf(response: Response): Promise<Message[]> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return [await response.json()];
  }
  const messages: Message[] = [];
  for await (const { message } of eventsOf(response)) if (message) messages.push(message);
  return messages;
}

async function drain(response: Response): Promise<void> {
  await response.body?.cancel();
}
