import { z } from "zod";
import type { Tool } from "./define_tool.ts";

/** A tool as `tools/list` shows it. */
export function listTool(tool: Tool) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    annotations: tool.annotations,
    inputSchema: jsonSchema(tool.input, "input"),
    outputSchema: jsonSchema(tool.output, "output"),
    ...(tool.view === undefined ? {} : { _meta: { ui: { resourceUri: tool.view } } }),
  };
}

const schemas = new Map<z.ZodObject, { type: "object" }>();

/** The JSON Schema of a tool's input or output; made once. */
function jsonSchema(schema: z.ZodObject, io: "input" | "output"): { type: "object" } {
  let made = schemas.get(schema);
  if (!made) {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    made = withSingleTypes(rest) as { type: "object" };
    schemas.set(schema, made);
  }
  return made;
}

/** Several types become branches: some clients know schemas with one type only. */
function withSingleTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSingleTypes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withSingleTypes(inner)]);
  const { type, ...rest } = Object.fromEntries(entries);
  if (type === undefined) return rest;
  return Array.isArray(type)
    ? { anyOf: type.map((type) => ({ type })), ...rest }
    : { type, ...rest };
}
