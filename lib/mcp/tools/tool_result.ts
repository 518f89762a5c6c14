import type { ContentBlock } from "@modelcontextprotocol/server";
import { boundAnswer } from "./bound_answer.ts";
import type { ToolAnswer } from "./define_tool.ts";

/** The result of `tools/call`. */
export interface ToolResult {
  content: ContentBlock[];
  structuredContent: Record<string, unknown>;
  isError?: true;
  [key: string]: unknown;
}

/** An answer as `tools/call` returns it. Every answer leaves here, and none is longer than a model can use. */
export function toResult({ json: whole, blocks = [] }: ToolAnswer): ToolResult {
  const json = boundAnswer(whole);
  return {
    content: [{ type: "text", text: JSON.stringify(json) }, ...blocks],
    structuredContent: json,
    ...("error" in json ? { isError: true as const } : {}),
  };
}
