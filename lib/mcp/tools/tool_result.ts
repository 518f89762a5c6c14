import type { ContentBlock } from "@modelcontextprotocol/server";
import type { ToolAnswer } from "./define_tool.ts";

/** The result of `tools/call`. */
export interface ToolResult {
  content: ContentBlock[];
  structuredContent: Record<string, unknown>;
  isError?: true;
  [key: string]: unknown;
}

/** An answer as `tools/call` returns it. */
export function toResult({ json, blocks = [] }: ToolAnswer): ToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(json) }, ...blocks],
    structuredContent: json,
    ...("error" in json ? { isError: true as const } : {}),
  };
}
