import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransport1 } from "@modelcontextprotocol/sdk/client/stdio.js";

/** The real clients that the same tests run with. */
export const CLIENTS = ["1.x", "2.x, 2025 era", "2.x, 2026-07-28"] as const;
export type ClientKind = typeof CLIENTS[number];

export interface ToolResult {
  json: Record<string, unknown>;
  content: { type: string; text?: string; [key: string]: unknown }[];
  isError: boolean;
}

/** A client connected to a server of its own, whatever its version. */
export interface Connection extends AsyncDisposable {
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  listTools(): Promise<{ name: string; [key: string]: unknown }[]>;
  readResource(
    uri: string,
  ): Promise<{ uri: string; text?: string; blob?: string; _meta?: unknown }>;
  /** What the server wrote to stderr so far. */
  stderr(): string;
  /** The server's process. */
  pid(): number;
  close(): Promise<void>;
}

export interface ConnectOptions {
  home: string;
  kind?: ClientKind;
  env?: Record<string, string>;
  cwd?: string;
  /** The server's program; `main.ts` by default. */
  program?: string;
}

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** Starts a real server on a home and connects a real client to it. */
export async function connect(
  { home, kind = "2.x, 2025 era", env = {}, cwd, program = MAIN }: ConnectOptions,
): Promise<Connection> {
  const parameters = {
    command: Deno.execPath(),
    args: ["run", "-A", "--no-prompt", program],
    env: { ...serverEnv(), PYTHON_MCP_HOME: home, ...env },
    cwd,
    stderr: "pipe" as const,
  };
  const info = { name: "test", version: "1" };
  const transport = kind === "1.x"
    ? new StdioClientTransport1(parameters)
    : new StdioClientTransport(parameters);
  let stderr = "";
  transport.stderr?.on("data", (data: Uint8Array) => stderr += new TextDecoder().decode(data));
  const client = kind === "1.x" ? new Client1(info) : new Client(info, {
    versionNegotiation: { mode: kind === "2.x, 2026-07-28" ? { pin: "2026-07-28" } : "legacy" },
  });
  await (client as Client).connect(transport as StdioClientTransport);
  const close = async () => await client.close();
  return {
    async call(name, args = {}) {
      const result = await (client as Client).callTool({ name, arguments: args }) as {
        structuredContent?: Record<string, unknown>;
        content: ToolResult["content"];
        isError?: boolean;
      };
      return {
        json: result.structuredContent ?? {},
        content: result.content,
        isError: result.isError ?? false,
      };
    },
    listTools: async () => (await client.listTools()).tools,
    readResource: async (uri) =>
      (await client.readResource({ uri })).contents[0] as { uri: string; text?: string },
    stderr: () => stderr,
    pid: () => transport.pid!,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The test's own environment, without what this machine sets for its own ends. */
export function serverEnv(): Record<string, string> {
  const env = Deno.env.toObject();
  for (const name of ["PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"]) delete env[name];
  return env;
}
