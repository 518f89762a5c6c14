import { UserError } from "../../base/user_error.ts";
import type { App } from "../../runs/app.ts";
import { callTool, type ToolCall } from "../../mcp/define_tool.ts";
import { TOOLS } from "../../mcp/tools.ts";

/** Calls a tool as a client would; returns its JSON. Its `{error}` is thrown. */
export async function callToolNamed(
  app: App,
  name: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const tool = TOOLS.find((one) => one.name === name)!;
  // Only tools that speak the protocol themselves read its context; none of those called here does.
  const call = { app, signal: new AbortController().signal } as ToolCall;
  const { json } = await callTool(tool, input, call);
  if ("error" in json) throw new UserError(String(json.error));
  return json;
}
