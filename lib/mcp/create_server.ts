import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import config from "../../deno.json" with { type: "json" };
import type { App, LogLine } from "./app.ts";
import { callSignal } from "./call_signal.ts";
import { callTool, type Tool, type ToolCall, type ToolResult, toResult } from "./define_tool.ts";
import type { ResourceFamily } from "./job_resources.ts";
import { getPrompt, type Prompt, PROMPTS } from "./prompts.ts";
import { ProtocolServer } from "./protocol_server.ts";
import { listTool } from "./list_tool.ts";
import { complete, listResources, listTemplates, readResource, RESOURCES } from "./resources.ts";
import { sayWhatChanges } from "./say_what_changes.ts";
import {
  cancelTask,
  createTaskResult,
  declaresTasks,
  getTask,
  TASK_PARAMS,
  TASK_RESULT,
  TASKS_EXTENSION,
  updateTask,
} from "./task_bridge.ts";
import { TOOLS } from "./tools.ts";

const INSTRUCTIONS =
  "Runs Python. Every run tool waits for its result up to a budget (20 s); a longer run goes on as a " +
  "background job and the answer holds its job_id. Follow a job with py_job_status (wait_seconds up to " +
  "50 waits for its end), stop it with py_cancel_job. Scripts report progress with " +
  "`from python_mcp import create_progress_callback`.";

/** What a server offers; a test may offer other things. */
export interface Offer {
  tools?: readonly Tool[];
  resources?: readonly ResourceFamily[];
  prompts?: readonly Prompt[];
}

export interface ServerOptions extends Offer {
  /** `legacy`: the 2025 versions of the protocol; `modern`: 2026-07-28. */
  era: "legacy" | "modern";
  /** Whether the connection lasts, so that the server can say what has changed. */
  lasting: boolean;
}

/** A server of the protocol for one connection or request; all of them share the app. */
export function createServer(app: App, options: ServerOptions): Server {
  const { era, lasting, tools = TOOLS, resources = RESOURCES, prompts = PROMPTS } = options;
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
  serveTools(server, tools, options, app);
  serveResources(server, resources, app);
  servePrompts(server, prompts, app);
  if (era === "modern") serveTasks(server, app);
  if (lasting) sayWhatChanges(server, era, app);
  return server;
}

function serveTools(
  server: Server,
  tools: readonly Tool[],
  options: ServerOptions,
  app: App,
): void {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  server.setRequestHandler("tools/list", () => ({ tools: tools.map(listTool) }));
  server.setRequestHandler("tools/call", async (request, ctx) => {
    const { name, arguments: input } = request.params;
    const tool = byName.get(name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`);
    const stopLog = options.era === "modern" ? app.log.listen(sendTo(ctx)) : undefined;
    const answer = await app.untilDone(callTool(tool, input, toolCall(ctx, options, app)))
      .finally(stopLog);
    if (answer.result) return answer.result;
    if (answer.jobId === undefined || !declaresTasks(ctx)) return toResult(answer);
    // The SDK knows the results of the core protocol only; this one is the extension's.
    return await createTaskResult(answer.jobId, app) as unknown as ToolResult;
  });
}

/** Log lines go to a 2026-07-28 client with the request that named a level for them. */
function sendTo({ mcpReq }: ServerContext): (line: LogLine) => void {
  return ({ level, message }) => void mcpReq.log(level, message, "python-mcp").catch(() => {});
}

function toolCall(
  context: ServerContext,
  { era, lasting }: ServerOptions,
  app: App,
): ToolCall {
  const { mcpReq } = context;
  const progressToken = mcpReq._meta?.progressToken;
  return {
    app,
    context,
    signal: callSignal(context, () => era === "modern" && !lasting && !app.ending),
    reportProgress: progressToken === undefined
      ? undefined
      : (report) =>
        mcpReq.notify({ method: "notifications/progress", params: { progressToken, ...report } }),
  };
}

function serveResources(server: Server, families: readonly ResourceFamily[], app: App): void {
  server.setRequestHandler(
    "resources/list",
    ({ params }) => listResources(params?.cursor, families, app),
  );
  server.setRequestHandler("resources/templates/list", () => listTemplates(families));
  server.setRequestHandler(
    "resources/read",
    ({ params }) => readResource(params.uri, families, app),
  );
  server.setRequestHandler(
    "completion/complete",
    ({ params: { argument } }) => complete(argument.name, argument.value, app),
  );
}

function servePrompts(server: Server, prompts: readonly Prompt[], app: App): void {
  server.setRequestHandler("prompts/list", () => ({
    prompts: prompts.map(({ write: _, ...prompt }) => prompt),
  }));
  server.setRequestHandler(
    "prompts/get",
    ({ params }, ctx) => getPrompt(params.name, params.arguments ?? {}, prompts, app, ctx),
  );
}

function serveTasks(server: Server, app: App): void {
  const schemas = { params: TASK_PARAMS, result: TASK_RESULT };
  server.setRequestHandler("tasks/get", schemas, ({ taskId }, ctx) => getTask(taskId, ctx, app));
  server.setRequestHandler(
    "tasks/cancel",
    schemas,
    ({ taskId }, ctx) => cancelTask(taskId, ctx, app),
  );
  server.setRequestHandler(
    "tasks/update",
    schemas,
    ({ taskId }, ctx) => updateTask(taskId, ctx, app),
  );
}
