import {
  Client,
  type RequestOptions,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { findLauncherPython } from "../../lib/python/interpreters/find_interpreters.ts";
import { scopedFlags } from "../../lib/serve/program/scoped_flags.ts";
import { HttpServerProcess } from "./http_server.ts";
import { MAIN, serverEnv, withUmask } from "./program.ts";

/** The real clients that the same tests run with. */
export const CLIENTS = ["1.x", "2.x, 2025 era", "2.x, 2026-07-28"] as const;
export type ClientKind = typeof CLIENTS[number];

export const TRANSPORTS = ["stdio", "HTTP"] as const;
export type TransportKind = typeof TRANSPORTS[number];

export interface ToolResult {
  json: Record<string, unknown>;
  content: { type: string; text?: string; [key: string]: unknown }[];
  isError: boolean;
}

/** A client connected to a server of its own, whatever its version. */
export interface Connection extends AsyncDisposable {
  /** The SDK's client; that of 1.x has the same methods, `callTool` has one parameter more. */
  client: Client;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: RequestOptions,
  ): Promise<ToolResult>;
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
  transport?: TransportKind;
  env?: Record<string, string>;
  /** With stdio. */
  cwd?: string;
  /** The server's program, with stdio; `main.ts` by default. */
  program?: string;
  /** Flags of `deno run`, with stdio; see `serverFlags`. */
  flags?: string[];
  umask?: number;
  /** A command that runs the server's, with stdio. */
  wrapper?: string[];
}

/** Starts a real server on a home and connects a real client to it. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  if (options.transport !== "HTTP") return await connectStdio(options);
  const server = await HttpServerProcess.start(options);
  const connection = await connectHttp(server, options.kind);
  const close = async () => {
    await connection.close();
    await server.end();
  };
  return { ...connection, close, [Symbol.asyncDispose]: close };
}

/** Connects another client to an HTTP server. */
export async function connectHttp(
  server: HttpServerProcess,
  kind: ClientKind = "2.x, 2025 era",
): Promise<Connection> {
  const options = { requestInit: { headers: server.authorization } };
  const url = new URL(server.url);
  const transport = kind === "1.x"
    ? new (await load1()).StreamableHTTPClientTransport(url, options)
    : new StreamableHTTPClientTransport(url, options);
  const client = await createClient(kind);
  await client.connect(transport as StreamableHTTPClientTransport);
  const close = async () => {
    // A 2025-era session ends when its client says so.
    await transport.terminateSession().catch(() => {});
    await client.close();
  };
  return {
    ...methodsOf(client, kind),
    stderr: () => server.stderr,
    pid: () => server.child.pid,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function connectStdio(
  options: ConnectOptions,
): Promise<Connection> {
  const { home, kind = "2.x, 2025 era", env = {}, cwd, program = MAIN } = options;
  const { flags = serverFlags(home), umask, wrapper = [] } = options;
  const argv = [Deno.execPath(), "run", ...flags, "--no-prompt", program];
  const [command, ...args] = [...wrapper, ...withUmask(argv, umask)];
  const parameters = {
    command: command!,
    args,
    env: { ...serverEnv(), PYTHON_MCP_HOME: home, ...env },
    cwd,
    stderr: "pipe" as const,
  };
  const transport = kind === "1.x"
    ? new (await load1()).StdioClientTransport(parameters)
    : new StdioClientTransport(parameters);
  let stderr = "";
  transport.stderr?.on("data", (data: Uint8Array) => stderr += new TextDecoder().decode(data));
  const client = await createClient(kind);
  await client.connect(transport as StdioClientTransport);
  const close = async () => await client.close();
  return {
    ...methodsOf(client, kind),
    stderr: () => stderr,
    pid: () => transport.pid!,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The client of version 1, which only some tests need. */
async function load1() {
  return {
    ...await import("@modelcontextprotocol/sdk/client/index.js"),
    ...await import("@modelcontextprotocol/sdk/client/stdio.js"),
    ...await import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
  };
}

async function createClient(kind: ClientKind): Promise<Client> {
  const info = { name: "test", version: "1" };
  if (kind === "1.x") return new (await load1()).Client(info) as unknown as Client;
  return new Client(info, {
    versionNegotiation: { mode: kind === "2.x, 2026-07-28" ? { pin: "2026-07-28" } : "legacy" },
  });
}

function methodsOf(
  client: Client,
  kind: ClientKind,
): Pick<Connection, "client" | "call" | "listTools" | "readResource"> {
  return {
    client,
    async call(name, args = {}, options) {
      const call = { name, arguments: args };
      const result =
        await (kind === "1.x"
          ? (client as unknown as Client1).callTool(call, undefined, options)
          : client.callTool(call, options)) as {
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
  };
}

/**
 * The permissions of a server under test: those that it needs and no others, so that what a test proves
 * holds with them as well. `RawSession` and the command line have all.
 */
export function serverFlags(home: string, listen?: string): string[] {
  return scopedFlags({ home, python: findLauncherPython(), listen });
}
