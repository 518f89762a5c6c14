import {
  createMcpHandler,
  InMemoryServerEventBus,
  isLegacyRequest,
  readRequestBody,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { createServer } from "../../mcp/create_server.ts";
import type { Offer } from "../../mcp/requests/offer.ts";
import type { App } from "../../runs/app.ts";
import { urisOf } from "../../runs/job_updates.ts";
import { jsonRpcError } from "../access/json_rpc_error.ts";
import { beginEarly } from "./begin_early.ts";
import { LegacySessions } from "./legacy_sessions.ts";
import { whenDone } from "./when_done.ts";

export interface EndpointLimits {
  /** The largest request that is read, in bytes. */
  requestBytes: number;
  /** The most sessions of 2025-era clients at once. */
  sessions: number;
}

/** What answers at `/mcp`: one handler for requests of 2026-07-28, sessions for the 2025 era. */
export function createMcpEndpoint(app: App, limits: EndpointLimits, offered: Offer) {
  const answers = new WeakMap<Request, Promise<boolean>>();
  const offer = {
    ...offered,
    isAnswered: async ({ http }: ServerContext) => await answers.get(http!.req!) ?? true,
  };
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
  return {
    fetch,
    async close() {
      stopUpdates();
      await Promise.all([modern.close(), legacy.close()]);
    },
  };

  async function fetch(request: Request): Promise<Response> {
    const { url, method, headers, signal } = request;
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
      return jsonRpcError(400, -32700, "Parse error: the request's body is not valid JSON");
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answers.set(head, promise);
    try {
      const response = await isLegacyRequest(head, parsedBody)
        ? await legacy.fetch(head, parsedBody)
        : await beginEarly(modern.fetch(head, { parsedBody }), headers.get("Accept"));
      return whenDone(response, resolve);
    } catch (error) {
      resolve(false);
      throw error;
    }
  }
}
