import { z } from "zod";
import type { Tool } from "./define_tool.ts";
import type { InputSchema } from "./input_schema.ts";

/**
 * A tool as `tools/list` shows it.
 *
 * @param hidden names of parameters that are taken and not shown
 */
export function listTool(tool: Tool, hidden: readonly string[] = []) {
  const { properties = {}, ...schema } = inputSchema(tool);
  const shown = Object.entries(properties).filter(([name]) => !hidden.includes(name));
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    annotations: tool.annotations,
    inputSchema: { ...schema, properties: Object.fromEntries(shown) },
    outputSchema: outputSchema(tool),
    ...(tool.view === undefined ? {} : { _meta: { ui: { resourceUri: tool.view } } }),
  };
}

const inputs = new Map<z.ZodObject, InputSchema>();
const outputs = new Map<z.ZodObject, { type: "object" }>();

/**
 * The JSON Schema of a tool's parameters; made once. It is open, so that hosts which check calls let
 * pass what a call may forgive.
 */
export function inputSchema({ input }: Tool): InputSchema {
  let made = inputs.get(input);
  if (!made) {
    const { additionalProperties: _, ...open } = jsonSchema(input, "input");
    made = open as unknown as InputSchema;
    inputs.set(input, made);
  }
  return made;
}

function outputSchema({ output }: Tool): { type: "object" } {
  let made = outputs.get(output);
  if (!made) {
    made = jsonSchema(output, "output") as { type: "object" };
    outputs.set(output, made);
  }
  return made;
}

type Schema = Record<string, unknown>;

function jsonSchema(schema: z.ZodObject, io: "input" | "output"): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return plain(rest) as Schema;
}

/** What zod says of every integer. */
const ANY_INTEGER = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/**
 * The schema as strict hosts take it: without `propertyNames`, and with branches in lieu of several
 * types, since some know schemas with one type only.
 */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)]);
  const { type, propertyNames: _, ...rest } = Object.fromEntries(entries);
  if (rest.minimum === ANY_INTEGER.minimum) delete rest.minimum;
  if (rest.maximum === ANY_INTEGER.maximum) delete rest.maximum;
  if (type === undefined) return rest;
  return Array.isArray(type)
    ? { anyOf: type.map((type) => ({ type })), ...rest }
    : { type, ...rest };
}
