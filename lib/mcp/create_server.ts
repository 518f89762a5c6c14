import type { Server, ServerContext } from "@modelcontextprotocol/server";
import config from "../../deno.json" with { type: "json" };
import type { App } from "../runs/app.ts";
import type { ServerOptions } from "./requests/offer.ts";
import { ProtocolServer } from "./protocol_server.ts";
import { sayWhatChanges } from "./say_what_changes.ts";
import { TASK_PARAMS, TASK_RESULT, TASKS_EXTENSION } from "./tasks/task_schemas.ts";

const INSTRUCTIONS =
  "Runs Python. Every run tool waits for its result up to a budget (20 s); a longer run continues as a " +
  "background job and the answer holds its job_id. Follow a job with py_job_status (wait_seconds up to " +
  "50 waits for its end), stop it with py_cancel_job. Scripts report progress with " +
  "`from python_mcp import create_progress_callback`.";

/**
 * A server of the protocol for one connection or request; all of them share the app.
 *
 * Everything but the answer to `initialize` is loaded with the first request that needs it.
 */
export function createServer(app: App, options: ServerOptions): Server {
  const { era, lasting } = options;
  const server = new ProtocolServer(
    era,
    { name: "python-mcp", title: "python-mcp", version: config.version },
    {
      capabilities: {
        tools: {},
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
        logging: {},
        ...(era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
      },
      instructions: INSTRUCTIONS,
    },
  );
  const handlers = async () => {
    const [{ RequestHandlers }] = await Promise.all([
      requestHandlers ??= import("./requests/request_handlers.ts"),
      app.load(),
    ]);
    return new RequestHandlers(app, options);
  };
  serveRequests(server, handlers);
  if (era === "modern") serveTasks(server, handlers);
  if (lasting) sayWhatChanges(server, era, app);
  return server;
}

/** Kept, since even an import that was made before has its price at each request. */
let requestHandlers: Promise<typeof import("./requests/request_handlers.ts")> | undefined;

type Handlers = () => Promise<import("./requests/request_handlers.ts").RequestHandlers>;

function serveRequests(server: Server, handlers: Handlers): void {
  server.setRequestHandler("tools/list", async () => (await handlers()).listTools());
  server.setRequestHandler(
    "tools/call",
    async ({ params }, ctx) => (await handlers()).callTool(params.name, params.arguments, ctx),
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
