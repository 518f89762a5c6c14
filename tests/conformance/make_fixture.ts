import type { CallToolResult, InputRequiredResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Tool, ToolCall } from "../../lib/mcp/tools/define_tool.ts";

export type Content = CallToolResult["content"];
type Handler = (
  input: Record<string, unknown>,
  call: ToolCall,
) => Promise<Content | InputRequiredResult> | Content | InputRequiredResult;

/** A tool of the conformance suite: it answers with content alone, or asks for input. */
export function fixture(name: string, handler: Handler, input: z.ZodObject = z.object({})): Tool {
  return {
    name,
    title: name,
    description: `The fixture ${name} of the conformance suite.`,
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    input,
    output: z.object({}),
    handle: async (input: Record<string, unknown>, call) => {
      const answer = await handler(input, call);
      return { json: {}, result: Array.isArray(answer) ? { content: answer } : answer };
    },
  };
}

export function text(text: string): Content {
  return [{ type: "text", text }];
}
