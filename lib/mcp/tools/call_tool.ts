import { ProtocolError } from "@modelcontextprotocol/server";
import { permissionAdvice } from "../../base/permission_advice.ts";
import { UserError } from "../../base/user_error.ts";
import type { Tool, ToolAnswer, ToolCall } from "./define_tool.ts";
import { parseInput } from "./parse_input.ts";

/**
 * Calls a tool. Whatever it throws becomes an answer that says `{error}`, here and nowhere else; a fault
 * of the protocol stays one.
 */
export async function callTool(tool: Tool, input: unknown, call: ToolCall): Promise<ToolAnswer> {
  try {
    return await tool.handle(parseInput(tool, input) as never, call);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return { json: { error: messageOf(error, tool, call) } };
  }
}

function messageOf(error: unknown, tool: Tool, { app }: ToolCall): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  app.log.warn(`${tool.name} failed: ${error instanceof Error ? error.stack : text}`);
  if (isDiskFull(text)) {
    return `${tool.name} failed: no space is left on the disk of ${app.settings.home} (${text}). ` +
      "Free some space or remove old jobs with py_prune_jobs, then call again.";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `${tool.name} failed: the server lacks a Deno permission (${text}). ` +
      permissionAdvice(text);
  }
  return `${tool.name} failed inside the server: ${text}`;
}

function isDiskFull(text: string): boolean {
  return /no space left|disk is full|os error 28/i.test(text);
}
