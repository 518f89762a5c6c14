import type { TransportKind } from "./connect.ts";
import { HttpServerProcess } from "./http_server.ts";
import { modernMeta, TASKS } from "./modern_meta.ts";
import { RawHttp } from "./raw_http.ts";
import { type Message, RawSession } from "./raw_session.ts";
import { withUv } from "./run_plan.ts";
import type { TestHome } from "./test_home.ts";

/** A client of 2026-07-28 that says with each request whether it knows tasks. */
export interface TaskClient extends AsyncDisposable {
  request(
    method: string,
    params?: Record<string, unknown>,
    capabilities?: Record<string, unknown>,
  ): Promise<Message>;
}

export async function openTaskClient(
  home: TestHome,
  transport: TransportKind,
): Promise<TaskClient> {
  const env = await withUv();
  if (transport === "stdio") {
    const session = new RawSession(home.path, env);
    return {
      request: (method, params, capabilities = TASKS) =>
        session.request(method, { ...params, _meta: modernMeta(capabilities) }),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  }
  const server = await HttpServerProcess.start({ home: home.path, env });
  const client = new RawHttp(server, "2026-07-28");
  return {
    request: async (method, params, capabilities = TASKS) =>
      (await client.request(method, { ...params, _meta: modernMeta(capabilities) })).at(-1)!,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A task as it is on the wire. */
export interface Task {
  resultType: string;
  taskId: string;
  status: string;
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number | null;
  pollIntervalMs: number;
  result?: { structuredContent: Record<string, unknown>; content: unknown[]; isError?: boolean };
}
