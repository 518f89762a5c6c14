import type { Server, ServerContext } from "@modelcontextprotocol/server";
import type { App } from "../runs/app.ts";
import type { ServerOptions } from "./requests/offer.ts";
import { ProtocolServer } from "./protocol_server.ts";
import { sayWhatChanges } from "./say_what_changes.ts";
import { CAPABILITIES, INSTRUCTIONS, SERVER_INFO } from "./server_info.ts";
import { TASK_PARAMS, TASK_RESULT, TASKS_EXTENSION } from "./tasks/task_schemas.ts";

/**
 * A server of the protocol for one connection or request; all of them share the app.
 *
 * Everything but the answer to `initialize` is loaded with the first request that needs it.
 */
export function createServer(app: App, options: ServerOptions): Server {
  const { era, lasting } = options;
  const server = new ProtocolServer(era, SERVER_INFO, {
    capabilities: era === "modern"
      ? { ...CAPABILITIES, extensions: { [TASKS_EXTENSION]: {} } }
      : CAPABILITIES,
    instructions: INSTRUCTIONS,
  });
  const handlers = async () => {
    const [{ RequestHandlers }] = await Promise.all([
      requestHandlers ??= import("./requests/request_handlers.ts"),
      app.load(),
    ]);
    return new RequestHandlers(app, options);
  };
  serveRequests(server, handlers, options);
  if (era === "modern") serveTasks(server, handlers);
  if (lasting) sayWhatChanges(server, era, app);
  return server;
}

/** Kept, since even an import that was made before has its price at each request. */
let requestHandlers: Promise<typeof import("./requests/request_handlers.ts")> | undefined;

type Handlers = () => Promise<import("./requests/request_handlers.ts").RequestHandlers>;

function serveRequests(server: Server, handlers: Handlers, { arrivedAt }: ServerOptions): void {
  server.setRequestHandler("tools/list", async () => (await handlers()).listTools());
  server.setRequestHandler(
    "tools/call",
    async ({ params }, ctx) => {
      const at = arrivedAt?.(ctx.mcpReq.id) ?? performance.now();
      return (await handlers()).callTool(params.name, params.arguments, ctx, at);
    },
  );
  server.setRequestHandler(
    "resources/list",
    async ({ params }) => (await handlers()).listResources(params?.cursor),
  );
  server.setRequestHandler(
    "resources/templates/list",
    async () => (await handlers()).listTemplates(),
  );
  server.setRequestHandler(
    "resources/read",
    async ({ params }) => (await handlers()).readResource(params.uri),
  );
  server.setRequestHandler(
    "completion/complete",
    async ({ params: { argument } }) => (await handlers()).complete(argument.name, argument.value),
  );
  server.setRequestHandler("prompts/list", async () => (await handlers()).listPrompts());
  server.setRequestHandler(
    "prompts/get",
    async ({ params }, ctx) =>
      (await handlers()).getPrompt(params.name, params.arguments ?? {}, ctx),
  );
}

function serveTasks(server: Server, handlers: Handlers): void {
  const schemas = { params: TASK_PARAMS, result: TASK_RESULT };
  for (const method of ["get", "cancel", "update"] as const) {
    server.setRequestHandler(
      `tasks/${method}`,
      schemas,
      async ({ taskId }, ctx: ServerContext) => (await handlers()).task(method, taskId, ctx),
    );
  }
}
