import type { z } from "zod";
import { UserError } from "../../base/user_error.ts";
import type { Tool } from "./define_tool.ts";
import { inputSchema } from "./list_tool.ts";
import { readArguments } from "./read_arguments.ts";
import { resembling } from "./resembling.ts";

/** What a call asks for. */
export interface ParsedInput {
  /** As the tool's handler takes it. */
  input: unknown;
  /** Names of parameters that the tool does not have, nor any that resembles them. */
  ignored: string[];
}

/** The input of a tool out of a call's arguments; what breaks its schema is said all at once. */
export function parseInput(tool: Tool, given: Record<string, unknown>): ParsedInput {
  const known = Object.keys(tool.input.shape);
  const all = readArguments(inputSchema(tool), given);
  const ignored = Object.keys(all).filter((name) =>
    !known.includes(name) && resembling(name, known) === undefined
  );
  const input = Object.fromEntries(Object.entries(all).filter(([name]) => !ignored.includes(name)));
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return { input: parsed.data, ignored };
  const problems = parsed.error.issues.map((issue) => describeIssue(issue, input, tool));
  throw new UserError(
    `Cannot call ${tool.name}: ${problems.join("; ")}. Correct this and call again.`,
  );
}

/** One rule that the input broke: the parameter, its value, the rule. */
function describeIssue(issue: z.core.$ZodIssue, input: unknown, tool: Tool): string {
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(tool, issue.path);
    const names = issue.keys.map((key) => {
      const meant = resembling(key, known);
      return `\`${[...issue.path, key].join(".")}\`` +
        (meant ? ` (did you mean \`${meant}\`?)` : "");
    });
    const owner = issue.path.length === 0
      ? "the parameters"
      : `those of \`${issue.path.join(".")}\``;
    return `unknown parameter ${names.join(", ")}; ${owner} are ${known.join(", ")}`;
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

/** The names that the tool's parameters have, or the parts of one. */
function namesAt(tool: Tool, path: PropertyKey[]): string[] {
  type Schema = { properties?: Record<PropertyKey, Schema> };
  const inside = path.reduce<Schema | undefined>(
    (schema, key) => schema?.properties?.[key],
    inputSchema(tool) as Schema,
  );
  return Object.keys(inside?.properties ?? {});
}

/** Values are shown, but never those that may be secrets, and never much of them. */
function shown(name: string, value: unknown): string {
  if (name.startsWith("env_vars") || name === "stdin") return kindOf(value);
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
