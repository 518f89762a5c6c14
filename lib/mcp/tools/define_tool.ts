import type {
  CallToolResult,
  ContentBlock,
  InputRequiredResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { App } from "../../runs/app.ts";
import type { Caller } from "../../runs/caller.ts";

/** What a tool answers: its JSON, and blocks that belong to it. */
export interface ToolAnswer {
  json: Record<string, unknown>;
  blocks?: ContentBlock[];
  /** The job that goes on after this answer. */
  jobId?: string;
  /** The result itself, of a tool that speaks the protocol; instead of all else. */
  result?: CallToolResult | InputRequiredResult;
}

/** What a handler knows of its caller. */
export interface ToolCall extends Caller {
  app: App;
  signal: AbortSignal;
  /** The request as the SDK has it. */
  context: ServerContext;
}

/** What tools do to their world; see the specification, ToolAnnotations. */
export interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** A tool is data plus a handler. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  annotations: Annotations;
  input: z.ZodObject;
  output: z.ZodObject;
  /** The `ui:` resource that shows its answers in hosts which can. */
  view?: string;
  handle(input: never, call: ToolCall): Promise<ToolAnswer>;
}

/** Ties the type of a handler's input to its schema. Any answer may have a `note`: see `bound_answer.ts`. */
export function defineTool<Shape extends z.ZodRawShape>(
  tool: Omit<Tool, "input" | "handle"> & {
    input: z.ZodObject<Shape>;
    handle(input: z.output<z.ZodObject<Shape>>, call: ToolCall): Promise<ToolAnswer>;
  },
): Tool {
  const output = tool.output.extend({ note: z.string().optional() });
  return { ...tool, output } as unknown as Tool;
}
