import type { Server } from "@modelcontextprotocol/server";
import type { App } from "../runs/app.ts";
import { urisOf } from "../runs/job_updates.ts";

/**
 * Sends what a client of a lasting connection may want to hear: changes of resources and log lines. In
 * the 2025 era updates go to those who subscribed; later the SDK passes on what somebody listens for,
 * and log lines are sent only with the request that asked for them.
 */
export function sayWhatChanges(server: Server, era: "legacy" | "modern", app: App): void {
  const subscribed = new Set<string>();
  if (era === "legacy") {
    server.setRequestHandler("resources/subscribe", ({ params }) => {
      subscribed.add(params.uri);
      return {};
    });
    server.setRequestHandler("resources/unsubscribe", ({ params }) => {
      subscribed.delete(params.uri);
      return {};
    });
  }
  const failed = (error: unknown) => app.log.debug(`a notification was not sent: ${error}`);
  const stopUpdates = app.updates.listen({
    jobChanged(id) {
      for (const uri of urisOf(id)) {
        if (era === "modern" || subscribed.has(uri)) {
          server.sendResourceUpdated({ uri }).catch(failed);
        }
      }
    },
    listChanged: () => server.sendResourceListChanged().catch(failed),
  });
  const stopLog = era === "modern" ? undefined : app.log.listen(({ level, message }) => {
    const line = { level, logger: "python-mcp", data: message };
    server.sendLoggingMessage(line, server.transport?.sessionId).catch(() => {});
  });
  server.onclose = () => {
    stopUpdates();
    stopLog?.();
  };
}
