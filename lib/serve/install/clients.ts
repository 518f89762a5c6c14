import { dirname, join } from "node:path";
import { exists } from "../../base/private_files.ts";

type Env = Record<string, string>;

/** What starts the server, as clients want it. */
export interface ServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** An MCP client and how it keeps its servers. */
export interface ClientConfig {
  name: string;
  title: string;
  /** Its configuration file for the user. */
  path(env: Env): string;
  /** Whether the client seems to be used on this machine. */
  isThere(env: Env): boolean;
  /** The key of the object that holds the servers. */
  key: string;
  /** An entry in its own form. */
  entry(server: ServerEntry): Record<string, unknown>;
  /** What a person has to do then. */
  afterwards: string;
}

const isMac = Deno.build.os === "darwin";

/** The clients that `install` knows. */
export const CLIENTS: readonly ClientConfig[] = [
  {
    name: "claude-desktop",
    title: "Claude Desktop",
    path: (env) => join(applicationFolder(env), "Claude/claude_desktop_config.json"),
    isThere(env) {
      return exists(dirname(this.path(env)));
    },
    key: "mcpServers",
    entry: (server) => ({ ...server }),
    afterwards: "Quit Claude Desktop and start it again.",
  },
  {
    name: "claude-code",
    title: "Claude Code",
    path: (env) => join(env.HOME ?? "/", ".claude.json"),
    isThere(env) {
      return exists(this.path(env)) || exists(join(env.HOME ?? "/", ".claude"));
    },
    key: "mcpServers",
    entry: (server) => ({ type: "stdio", ...server }),
    afterwards: "New sessions of Claude Code have it; /mcp shows it.",
  },
  {
    name: "vscode",
    title: "VS Code",
    path: (env) => join(applicationFolder(env), "Code/User/mcp.json"),
    isThere(env) {
      return exists(dirname(this.path(env)));
    },
    key: "servers",
    entry: (server) => ({ type: "stdio", ...server }),
    afterwards: "VS Code starts it when the chat needs it; MCP: List Servers shows it.",
  },
  {
    name: "cursor",
    title: "Cursor",
    path: (env) => join(env.HOME ?? "/", ".cursor/mcp.json"),
    isThere(env) {
      return exists(dirname(this.path(env)));
    },
    key: "mcpServers",
    entry: (server) => ({ ...server }),
    afterwards: "Switch it on in Cursor's settings, under MCP.",
  },
  {
    name: "zed",
    title: "Zed",
    path: (env) => join(configFolder(env), "zed/settings.json"),
    isThere(env) {
      return exists(dirname(this.path(env)));
    },
    key: "context_servers",
    entry: (server) => ({ ...server }),
    afterwards: "Zed starts it at once; the agent panel's settings show it.",
  },
];

/** Where programs for the desktop keep their settings. */
function applicationFolder(env: Env): string {
  return isMac ? join(env.HOME ?? "/", "Library/Application Support") : configFolder(env);
}

function configFolder(env: Env): string {
  return env.XDG_CONFIG_HOME || join(env.HOME ?? "/", ".config");
}
