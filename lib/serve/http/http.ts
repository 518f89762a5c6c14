import type { Offer } from "../../mcp/requests/offer.ts";
import type { App } from "../../runs/app.ts";
import { isForOAuth, noOAuth } from "../access/no_oauth.ts";
import { createOriginGuard, createTokenGuard } from "../access/http_guard.ts";
import { type HttpToken, readHttpToken } from "../access/http_token.ts";
import { jsonRpcError } from "../access/json_rpc_error.ts";
import { DashboardSite } from "../dashboard/dashboard_site.ts";
import { createMcpEndpoint, type EndpointLimits } from "./mcp_endpoint.ts";
import { mostConnections } from "./most_connections.ts";
import { serveFetch } from "./serve_fetch.ts";

export interface HttpOptions {
  hostname: string;
  /** 0 lets the system choose. */
  port: number;
  limits?: Partial<HttpLimits>;
}

export interface HttpLimits extends EndpointLimits {
  /** The most requests, streams included, that are open at once. */
  open: number;
  /** The most connections, those without any request included; half of the descriptors by default. */
  connections: number;
}

/** A script of 5 MB, escaped as JSON, fits. */
const LIMITS = { requestBytes: 32 * 2 ** 20, open: 2000, sessions: 1000 };

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
export function startHttp(app: App, options: HttpOptions): HttpServer {
  const site = createSite(app, options);
  const { connections = mostConnections(), open = LIMITS.open } = options.limits ?? {};
  const server = serveFetch({
    hostname: options.hostname,
    port: options.port,
    most: connections,
    mostRequests: open,
    warn: (message) => app.log.warn(message),
  }, (request) => site.fetch(request));
  const { port } = server;
  const host = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  return {
    url: `http://${host}:${port}/mcp`,
    token: site.token,
    loginUrl: () => `http://${host}:${port}${site.loginPath()}`,
    async close() {
      app.ending = true;
      const ended = server.close();
      await site.close();
      await ended;
    },
  };
}

/** All that a server answers, by itself: who listens, and where, is the caller's business. */
export interface Site {
  token: HttpToken;
  fetch(request: Request): Promise<Response>;
  /** Where a browser is let in, once, within ten minutes; relative to the server. */
  loginPath(): string;
  /** Open requests are answered or closed. */
  close(): Promise<void>;
}

/** @param options.hostname The address that is listened on. */
export function createSite(
  app: App,
  { hostname, limits }: Omit<HttpOptions, "port">,
  offer: Offer = {},
): Site {
  const token = readHttpToken(app.settings.home, app.settings.env.PYTHON_MCP_TOKEN);
  const endpoint = createMcpEndpoint(app, { ...LIMITS, ...limits }, offer);
  const dashboard = new DashboardSite(app, token);
  const checkOrigin = createOriginGuard(hostname);
  const checkToken = createTokenGuard(token);
  return {
    token,
    loginPath: () => dashboard.loginPath(),
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/health") return new Response("ok");
      const refused = checkOrigin(request);
      if (refused) return refused;
      const shown = await dashboard.fetch(request);
      if (shown) return shown;
      // Without asking for the token: that is how clients find out that there is no OAuth here.
      if (isForOAuth(pathname)) return noOAuth();
      if (pathname !== "/mcp" && pathname !== "/mcp/") {
        return jsonRpcError(404, -32000, "Not found; the endpoint is /mcp");
      }
      return checkToken(request) ?? await endpoint.fetch(request);
    },
    async close() {
      dashboard.close();
      await endpoint.close();
    },
  };
}
