import { hideSecrets } from "../../base/hide_secrets.ts";
import { ProtocolError } from "@modelcontextprotocol/server";
import { explainSystemError } from "../../base/explain_system_error.ts";
import { permissionAdvice } from "../../base/permission_advice.ts";
import { UserError } from "../../base/user_error.ts";
import type { Tool, ToolAnswer, ToolCall } from "./define_tool.ts";
import { joinNotes } from "./join_notes.ts";
import { parseInput } from "./parse_input.ts";

/**
 * Calls a tool. Whatever it throws becomes an answer that says `{error}`, here and nowhere else; a fault
 * of the protocol stays one.
 */
export async function callTool(
  tool: Tool,
  given: Record<string, unknown> | undefined,
  call: ToolCall,
): Promise<ToolAnswer> {
  try {
    const { input, ignored } = parseInput(tool, given ?? {});
    return withNote(await tool.handle(input as never, call), ignoredNote(ignored));
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return { json: { error: hideSecrets(messageOf(error, tool, call)) } };
  }
}

const NAMED = 10;
const LONGEST_NAME = 60;

function ignoredNote(names: string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.slice(0, NAMED).map((name) => `\`${name.slice(0, LONGEST_NAME)}\``);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `Ignored, since this tool has no such parameter: ${shown.join(", ")}${more}`;
}

function withNote(answer: ToolAnswer, note: string | undefined): ToolAnswer {
  if (note === undefined || answer.result || "error" in answer.json) return answer;
  return { ...answer, json: joinNotes(answer.json, note) };
}

function messageOf(error: unknown, tool: Tool, { app }: ToolCall): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  app.log.warn(`${tool.name} failed: ${error instanceof Error ? error.stack : text}`);
  if (error instanceof Deno.errors.NotCapable) {
    return `${tool.name} failed: the server lacks a Deno permission (${text}). ` +
      permissionAdvice(text);
  }
  const why = explainSystemError(error);
  return why === undefined
    ? `${tool.name} failed inside the server: ${text}`
    : `${tool.name} failed: ${why}`;
}
