import type { z } from "zod";
import { UserError } from "../../base/user_error.ts";
import type { Tool } from "./define_tool.ts";

/** The input of a tool as its handler takes it; what breaks its schema is said all at once. */
export function parseInput(tool: Tool, input: unknown): unknown {
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
