import { listTool } from "../../lib/mcp/tools/list_tool.ts";
import { TOOLS } from "../../lib/mcp/tools/tools.ts";
import { markdownTable } from "./markdown_table.ts";

/** A parameter that so many tools take alike is described once, for all of them. */
const SHARED_BY = 4;

interface Parameter {
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  description?: string;
  items?: Parameter;
  additionalProperties?: unknown;
}

interface InputSchema {
  properties?: Record<string, Parameter>;
  required?: string[];
}

/** Each tool's name and title. */
export function toolNames(): string {
  return markdownTable(
    ["tool", "what it does"],
    TOOLS.map(({ name, title }) => [`\`${name}\``, title]),
  );
}

/** Every tool with its description and parameters, from the published schemas. */
export function toolReference(): string {
  const shared = sharedParameters();
  const sections = TOOLS.map((tool) => {
    const own = parametersOf(tool).filter(([name, parameter]) => !shared.has(key(name, parameter)));
    return [
      `## ${tool.name}`,
      tool.description,
      ...(own.length > 0 ? [parameterTable(own, schemaOf(tool).required ?? [])] : []),
    ].join("\n\n");
  });
  const rows = [...shared.values()].map(({ name, parameter, tools }) => [
    `\`${name}\``,
    typeOf(parameter),
    defaultOf(parameter),
    describe(parameter),
    tools.map((tool) => `\`${tool}\``).join(" "),
  ]);
  return [
    "## Shared parameters",
    markdownTable(["parameter", "type", "default", "meaning", "tools"], rows),
    ...sections,
  ].join("\n\n");
}

type Tool = typeof TOOLS[number];

function schemaOf(tool: Tool): InputSchema {
  return listTool(tool).inputSchema as InputSchema;
}

function parametersOf(tool: Tool): [string, Parameter][] {
  return Object.entries(schemaOf(tool).properties ?? {});
}

function key(name: string, parameter: Parameter): string {
  return JSON.stringify([name, parameter]);
}

function sharedParameters() {
  const found = new Map<string, { name: string; parameter: Parameter; tools: string[] }>();
  for (const tool of TOOLS) {
    for (const [name, parameter] of parametersOf(tool)) {
      const at = key(name, parameter);
      const entry = found.get(at) ?? { name, parameter, tools: [] };
      entry.tools.push(tool.name);
      found.set(at, entry);
    }
  }
  for (const [at, { tools }] of found) if (tools.length < SHARED_BY) found.delete(at);
  return found;
}

function parameterTable(parameters: [string, Parameter][], required: string[]): string {
  return markdownTable(
    ["parameter", "type", "default", "meaning"],
    parameters.map(([name, parameter]) => [
      `\`${name}\``,
      typeOf(parameter),
      required.includes(name) ? "required" : defaultOf(parameter),
      describe(parameter),
    ]),
  );
}

function typeOf({ type, enum: values, items }: Parameter): string {
  if (values) return values.map((value) => `\`${value}\``).join(", ");
  if (type === "array" && items) return `${typeOf(items)}[]`;
  return [type ?? "any"].flat().join(" or ");
}

function defaultOf({ default: value }: Parameter): string {
  return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}

function describe({ description }: Parameter): string {
  return description ?? "";
}
