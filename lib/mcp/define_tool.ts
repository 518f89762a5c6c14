import {
  type CallToolResult,
  type ContentBlock,
  type InputRequiredResult,
  ProtocolError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { permissionAdvice } from "../base/permission_advice.ts";
import { UserError } from "../base/user_error.ts";
import type { App } from "../runs/app.ts";
import type { ProgressReport } from "./run_progress.ts";

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
export interface ToolCall {
  app: App;
  /** Aborted when the caller cancelled the request or is gone. */
  signal: AbortSignal;
  /** The request as the SDK has it. */
  context: ServerContext;
  /** Sends `notifications/progress`; absent when the caller did not ask for any. */
  reportProgress?: (report: ProgressReport) => Promise<void>;
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

/** Ties the type of a handler's input to its schema. */
export function defineTool<Shape extends z.ZodRawShape>(
  tool: Omit<Tool, "input" | "handle"> & {
    input: z.ZodObject<Shape>;
    handle(input: z.output<z.ZodObject<Shape>>, call: ToolCall): Promise<ToolAnswer>;
  },
): Tool {
  return tool as unknown as Tool;
}

/** The result of `tools/call`. */
export interface ToolResult {
  content: ContentBlock[];
  structuredContent: Record<string, unknown>;
  isError?: true;
  [key: string]: unknown;
}

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

/** An answer as `tools/call` returns it. */
export function toResult({ json, blocks = [] }: ToolAnswer): ToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(json) }, ...blocks],
    structuredContent: json,
    ...("error" in json ? { isError: true as const } : {}),
  };
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

function parseInput(tool: Tool, input: unknown): unknown {
  const parsed = tool.input.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(tool.input.shape);
  const problems = parsed.error.issues.map((issue) => describeIssue(issue, input, known));
  throw new UserError(
    `Cannot call ${tool.name}: ${problems.join("; ")}. Correct this and call again.`,
  );
}

/** One rule that the input broke: the parameter, its value, the rule. */
function describeIssue(issue: z.core.$ZodIssue, input: unknown, known: string[]): string {
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => `\`${key}\``).join(", ");
    return `unknown parameter ${names}; the parameters are ${known.join(", ")}`;
  }
  const name = issue.path.join(".");
  const value = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  if (name === "") return issue.message;
  if (value === undefined) return `parameter \`${name}\` is missing (${issue.message})`;
  return `parameter \`${name}\` is ${shown(name, value)}: ${issue.message}`;
}

/** Values are shown, but never those that may be secrets, and never much of them. */
function shown(name: string, value: unknown): string {
  if (name.startsWith("env_vars") || name === "stdin") return `a ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
