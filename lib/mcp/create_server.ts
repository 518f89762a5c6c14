import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import config from "../../deno.json" with { type: "json" };
import type { App } from "./app.ts";
import { callTool, type Tool } from "./define_tool.ts";
import { JOB_RESOURCES } from "./job_resources.ts";
import { TOOLS } from "./tools.ts";

const INSTRUCTIONS =
  "Runs Python. Every run tool waits for its result up to a budget (20 s); a longer run goes on as a " +
  "background job and the answer holds its job_id. Follow a job with py_job_status (wait_seconds up to " +
  "50 waits for its end), stop it with py_cancel_job. Scripts report progress with " +
  "`from python_mcp import create_progress_callback`.";

/**
 * A server of the protocol, one for each connection; all of them share the app.
 *
 * @param tools What it offers; a test may offer others.
 */
export function createServer(app: App, tools: readonly Tool[] = TOOLS): Server {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const server = new Server(
    { name: "python-mcp", title: "python-mcp", version: config.version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler("tools/list", () => ({ tools: tools.map(listed) }));
  server.setRequestHandler("tools/call", (request, { mcpReq }) => {
    const tool = byName.get(request.params.name);
    if (!tool) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Unknown tool: ${request.params.name}`,
      );
    }
    return callTool(tool, request.params.arguments, { app, signal: mcpReq.signal });
  });
  server.setRequestHandler("resources/list", async () => {
    const { rows } = await app.jobs.list({ limit: 50 });
    return {
      resources: rows.map((row) => ({
        uri: `job://${row.id}`,
        name: row.label ?? row.tool,
        description: `${row.status}, created ${new Date(row.createdAt).toISOString()}`,
        mimeType: "application/json",
      })),
    };
  });
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: JOB_RESOURCES.map(({ read: _, ...family }) => family),
  }));
  server.setRequestHandler("resources/read", async (request) => ({
    contents: [await readResource(request.params.uri, app)],
  }));
  return server;
}

function listed(tool: Tool) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    annotations: tool.annotations,
    inputSchema: jsonSchema(tool.input, "input"),
    outputSchema: jsonSchema(tool.output, "output"),
  };
}

const schemas = new Map<z.ZodObject, { type: "object" }>();

/** The JSON Schema of a tool's input or output; made once. */
function jsonSchema(schema: z.ZodObject, io: "input" | "output"): { type: "object" } {
  let made = schemas.get(schema);
  if (!made) {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    made = rest as { type: "object" };
    schemas.set(schema, made);
  }
  return made;
}

async function readResource(uri: string, app: App) {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const family = url &&
    JOB_RESOURCES.find(({ uriTemplate }) => uriTemplate.startsWith(`${url.protocol}//`));
  const contents = family && await family.read(url, app);
  if (!contents) throw new ResourceNotFoundError(uri);
  return contents;
}
