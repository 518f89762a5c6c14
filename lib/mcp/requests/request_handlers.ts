import { ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";
import type { LogLine } from "../../runs/log.ts";
import type { ServerOptions } from "./offer.ts";
import { getPrompt } from "../prompts/get_prompt.ts";
import { PROMPTS } from "../prompts/prompts.ts";
import { complete } from "../resources/complete.ts";
import { listResources, listTemplates, readResource, RESOURCES } from "../resources/resources.ts";
import {
  cancelTask,
  createTaskResult,
  declaresTasks,
  getTask,
  updateTask,
} from "../tasks/task_bridge.ts";
import { callTool } from "../tools/call_tool.ts";
import type { ToolCall } from "../tools/define_tool.ts";
import { listTool } from "../tools/list_tool.ts";
import { OF_SANDBOX } from "../tools/run_input.ts";
import { type ToolResult, toResult } from "../tools/tool_result.ts";
import { TOOLS, TOOLS_WITH_RAY } from "../tools/tools.ts";
import { CallWatch } from "./call_watch.ts";
import { progressNotifications } from "./progress_notifications.ts";

/** What the requests of a client are answered with, apart from the handshake. */
export class RequestHandlers {
  readonly #app: App;
  readonly #options: ServerOptions;

  constructor(app: App, options: ServerOptions) {
    this.#app = app;
    this.#options = options;
  }

  listTools() {
    const hidden = this.#app.settings.sandbox.level === "off" ? OF_SANDBOX : [];
    return { tools: this.#tools.map((tool) => listTool(tool, hidden)) };
  }

  async callTool(
    name: string,
    input: Record<string, unknown> | undefined,
    ctx: ServerContext,
    arrivedAt: number,
  ) {
    const tool = this.#tools.find((tool) => tool.name === name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`);
    const app = this.#app;
    const { era, lasting, over } = this.#options;
    using watch = new CallWatch(ctx, () => era === "modern" && !lasting && !app.ending, over);
    const stopLog = era === "modern" ? app.log.listen(sendTo(ctx)) : undefined;
    const call: ToolCall = {
      app,
      context: ctx,
      signal: watch.signal,
      arrivedAt,
      answered: this.#options.isAnswered?.(ctx),
      onProgress: progressNotifications(ctx),
    };
    const answer = await app.untilDone(callTool(tool, input, call)).finally(stopLog);
    if (answer.result) return answer.result;
    if (answer.jobId === undefined || !declaresTasks(ctx)) return toResult(answer);
    // The SDK knows the results of the core protocol only; this one is the extension's.
    return await createTaskResult(answer.jobId, app) as unknown as ToolResult;
  }

  listResources(cursor: string | undefined) {
    return listResources(cursor, this.#resources, this.#app);
  }

  listTemplates() {
    return listTemplates(this.#resources);
  }

  readResource(uri: string) {
    return readResource(uri, this.#resources, this.#app);
  }

  complete(argument: string, value: string) {
    return complete(argument, value, this.#app);
  }

  listPrompts() {
    return { prompts: this.#prompts.map(({ write: _, ...prompt }) => prompt) };
  }

  getPrompt(name: string, args: Record<string, string>, ctx: ServerContext) {
    return getPrompt(name, args, this.#prompts, this.#app, ctx);
  }

  task(method: "get" | "cancel" | "update", id: string, ctx: ServerContext) {
    const handle = { get: getTask, cancel: cancelTask, update: updateTask }[method];
    return handle(id, ctx, this.#app);
  }

  get #tools() {
    return this.#options.tools ?? (this.#app.settings.ray ? TOOLS_WITH_RAY : TOOLS);
  }

  get #resources() {
    return this.#options.resources ?? RESOURCES;
  }

  get #prompts() {
    return this.#options.prompts ?? PROMPTS;
  }
}

/** Log lines go to a 2026-07-28 client with the request that named a level for them. */
function sendTo({ mcpReq }: ServerContext): (line: LogLine) => void {
  return ({ level, message }) => void mcpReq.log(level, message, "python-mcp").catch(() => {});
}
