import {
  isInitializeRequest,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";
import { createServer } from "../../mcp/create_server.ts";
import type { Offer } from "../../mcp/requests/offer.ts";
import { EventLog } from "./event_log.ts";
import { jsonRpcError } from "../access/json_rpc_error.ts";
import { whenDone } from "./when_done.ts";

/** A session that nobody uses is closed after an hour. */
const IDLE_MS = 3600 * 1000;

/** When a client may come back for what its broken stream still had to bring. */
const RETRY_MS = 1000;

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  usedAt: number;
  /** How many requests of it are open: streams that listen among them. */
  open: number;
}

/** The sessions of 2025-era clients: Streamable HTTP with `Mcp-Session-Id` and resumable streams. */
export class LegacySessions {
  readonly #app: App;
  readonly #most: number;
  readonly #offer: Offer;
  readonly #sessions = new Map<string, Session>();

  /** @param most How many at once: clients that come and go without a word would fill the memory. */
  constructor(app: App, most: number, offer: Offer) {
    this.#app = app;
    this.#most = most;
    this.#offer = offer;
  }

  /** @param parsedBody The body of a POST. */
  async fetch(request: Request, parsedBody: unknown): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await this.#open(request, parsedBody);
    const session = this.#sessions.get(id);
    if (!session) return jsonRpcError(404, -32001, "Session not found: initialize again");
    session.usedAt = Date.now();
    session.open++;
    let response: Response | undefined;
    try {
      response = await session.transport.handleRequest(request, { parsedBody });
      return whenDone(response, () => session.open--);
    } finally {
      if (!response) session.open--;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
  }

  async #open(request: Request, parsedBody: unknown): Promise<Response> {
    const messages = Array.isArray(parsedBody) ? parsedBody : [parsedBody];
    if (!messages.some(isInitializeRequest)) {
      return jsonRpcError(400, -32000, "Bad Request: Mcp-Session-Id header is required");
    }
    this.#closeIdle();
    if (this.#sessions.size >= this.#most) {
      return jsonRpcError(503, -32000, "Too many sessions: close some, or try again later");
    }
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        this.#sessions.set(id, { transport, usedAt: Date.now(), open: 0 });
      },
      eventStore: new EventLog(),
      retryInterval: RETRY_MS,
    });
    const server = createServer(this.#app, { ...this.#offer, era: "legacy", lasting: true });
    await server.connect(transport);
    const forget = transport.onclose;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId);
      forget?.();
    };
    const response = await transport.handleRequest(request, { parsedBody });
    // It was refused, so that nobody knows of this session.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  #closeIdle(): void {
    const before = Date.now() - IDLE_MS;
    for (const { transport, usedAt, open } of this.#sessions.values()) {
      if (open === 0 && usedAt < before) transport.close();
    }
  }
}
