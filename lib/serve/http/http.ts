import {
  createMcpHandler,
  InMemoryServerEventBus,
  isLegacyRequest,
  readRequestBody,
} from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";
import { createServer } from "../../mcp/create_server.ts";
import type { Offer } from "../../mcp/offer.ts";
import { urisOf } from "../../runs/job_updates.ts";
import { beginEarly } from "./begin_early.ts";
import { DashboardSite } from "../dashboard/dashboard_site.ts";
import { createOriginGuard, createTokenGuard } from "./http_guard.ts";
import { type HttpToken, readHttpToken } from "./http_token.ts";
import { jsonRpcError } from "./json_rpc_error.ts";
import { LegacySessions } from "./legacy_sessions.ts";
import { whenDone } from "./when_done.ts";

export interface HttpOptions {
  hostname: string;
  /** 0 lets the system choose. */
  port: number;
  limits?: Partial<HttpLimits>;
  /** For tests of the protocol alone, whose clients have no token: everybody on this machine is let in. */
  open?: true;
}

export interface HttpLimits {
  /** The largest request that is read, in bytes. */
  requestBytes: number;
  /** The most requests, streams included, that are open at once. */
  open: number;
  /** The most sessions of 2025-era clients at once. */
  sessions: number;
}

/** A script of 5 MB, escaped as JSON, fits. */
const LIMITS: HttpLimits = { requestBytes: 32 * 2 ** 20, open: 2000, sessions: 1000 };

/** A server of MCP over Streamable HTTP, at `/mcp`. */
export interface HttpServer {
  url: string;
  token: HttpToken;
  /** A new address of the page of jobs, which lets a browser in once, within ten minutes. */
  loginUrl(): string;
  /** Ends it: no new requests, open ones are answered or closed. */
  close(): Promise<void>;
}

/** Serves many clients of both eras, each with the token, until it is closed. */
export function startHttp(app: App, options: HttpOptions, offer: Offer = {}): HttpServer {
  const token = readHttpToken(app.settings.home, app.settings.env.PYTHON_MCP_TOKEN);
  const endpoint = createEndpoint(app, { ...LIMITS, ...options.limits }, offer);
  const dashboard = new DashboardSite(app, token, options.open ?? false);
  const checkOrigin = createOriginGuard(options.hostname);
  const checkToken = options.open ? () => undefined : createTokenGuard(token);
  const server = Deno.serve({
    hostname: options.hostname,
    port: options.port,
    onListen: () => {},
    onError: (error) => {
      app.log.warn(`http: ${error}`);
      return jsonRpcError(500, -32603, "Internal error");
    },
  }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return new Response("ok");
    const refused = checkOrigin(request);
    if (refused) return refused;
    const shown = await dashboard.fetch(request);
    if (shown) return shown;
    // Without asking for the token: that is how clients find out that there is no OAuth here.
    if (pathname !== "/mcp") return jsonRpcError(404, -32000, "Not found; the endpoint is /mcp");
    return checkToken(request) ?? await endpoint.fetch(request);
  });
  const { port } = server.addr as Deno.NetAddr;
  const host = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  return {
    url: `http://${host}:${port}/mcp`,
    token,
    loginUrl: () => `http://${host}:${port}${dashboard.loginPath()}`,
    async close() {
      app.ending = true;
      const ended = server.shutdown();
      dashboard.close();
      await endpoint.close();
      await ended;
    },
  };
}

/** What answers at `/mcp`: one handler for requests of 2026-07-28, sessions for the 2025 era. */
function createEndpoint(app: App, limits: HttpLimits, offer: Offer) {
  const bus = new InMemoryServerEventBus();
  const modern = createMcpHandler(
    ({ era }) => createServer(app, { ...offer, era, lasting: false }),
    { legacy: "reject", bus, onerror: (error) => app.log.debug(`http: ${error.message}`) },
  );
  const legacy = new LegacySessions(app, limits.sessions, offer);
  const stopUpdates = app.updates.listen({
    jobChanged: (id) => {
      if (bus.listenerCount > 0) urisOf(id).forEach((uri) => modern.notify.resourceUpdated(uri));
    },
    listChanged: () => modern.notify.resourcesChanged(),
  });
  let open = 0;
  return {
    async fetch(request: Request): Promise<Response> {
      if (open >= limits.open) return jsonRpcError(503, -32000, "Too many open requests");
      open++;
      let response: Response | undefined;
      try {
        const gone = new AbortController();
        response = await route(request, gone.signal);
        return whenDone(response, { done: () => open--, gone: () => gone.abort() });
      } finally {
        if (!response) open--;
      }
    },
    async close() {
      stopUpdates();
      await Promise.all([modern.close(), legacy.close()]);
    },
  };

  async function route(request: Request, signal: AbortSignal): Promise<Response> {
    const { url, method, headers } = request;
    // Its own signal is aborted in Deno when it was answered too, and otherwise often late.
    const head = new Request(url, { method, headers, signal });
    if (method !== "POST") return await legacy.fetch(head, undefined);
    const read = await readRequestBody(request, limits.requestBytes);
    if (read.tooLarge) {
      const most = `A request may have at most ${limits.requestBytes} bytes`;
      return jsonRpcError(413, -32000, `Payload too large: ${most}`);
    }
    let parsedBody: unknown;
    try {
      parsedBody = JSON.parse(read.text);
    } catch {
      return jsonRpcError(400, -32700, "Parse error: the request's body is no JSON");
    }
    return await isLegacyRequest(head, parsedBody)
      ? await legacy.fetch(head, parsedBody)
      : await beginEarly(modern.fetch(head, { parsedBody }), headers.get("Accept"));
  }
}
