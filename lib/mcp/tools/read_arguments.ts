import type { InputSchema, ParameterSchema } from "./input_schema.ts";

/** Types whose values several hosts write as JSON into a string. */
const WRITTEN_AS_JSON = ["number", "integer", "boolean", "array", "object"];

/**
 * The arguments of a call as its tool's published schema wants them, out of what hosts make of it:
 * an optional parameter that is `null`, or `""` where that is no value, is absent; a number, a boolean,
 * an array or an object may be JSON in a string; scalars in lists and maps of strings become strings.
 * Whatever fits no schema stays as it is, for whoever checks it.
 */
export function readArguments(
  { properties = {}, required = [] }: InputSchema,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!schema) read.push([name, value]);
    else if (required.includes(name) || !meansAbsent(value, schema)) {
      read.push([name, readValue(value, schema)]);
    }
  }
  return Object.fromEntries(read);
}

function meansAbsent(
  value: unknown,
  { type, enum: words, minLength = 0 }: ParameterSchema,
): boolean {
  if (value === null) return true;
  const mayBeEmpty = type === "string" && !words && minLength === 0;
  return value === "" && !mayBeEmpty;
}

function readValue(value: unknown, schema: ParameterSchema): unknown {
  const { type = "", items, additionalProperties } = schema;
  const read = typeof value === "string" && WRITTEN_AS_JSON.includes(type)
    ? parseAs(type, value)
    : value;
  if (Array.isArray(read) && items) return read.map((one) => readInner(one, items));
  if (isObject(read) && isObject(additionalProperties)) {
    const inner: ParameterSchema = additionalProperties;
    return Object.fromEntries(
      Object.entries(read).map(([key, one]) => [key, readInner(one, inner)]),
    );
  }
  return read;
}

/** A scalar where a string is asked for is its text. */
function readInner(value: unknown, schema: ParameterSchema): unknown {
  const isScalar = typeof value === "number" || typeof value === "boolean";
  return schema.type === "string" && isScalar ? String(value) : readValue(value, schema);
}

/** The value that a text is the JSON of, if it is of that type; else the text. */
function parseAs(type: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const found = Array.isArray(value) ? "array" : typeof value;
  const wanted = type === "integer" ? "number" : type;
  return found === wanted && value !== null ? value : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
