import { dirname, join } from "node:path";
import { exists } from "../../base/private_files.ts";

/** What the place of a configuration depends on. */
export interface Machine {
  env: Record<string, string>;
  os: typeof Deno.build.os;
}

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
  path(machine: Machine): string;
  /** Whether the client seems to be used on this machine. */
  isThere(machine: Machine): boolean;
  /** The key of the object that holds the servers. */
  key: string;
  /** An entry in its own form. */
  entry(server: ServerEntry): Record<string, unknown>;
  /** What a person has to do then. */
  afterwards: string;
}

/** The clients that `install` knows. */
export const CLIENTS: readonly ClientConfig[] = [
  {
    name: "claude-desktop",
    title: "Claude Desktop",
    path: (machine) => join(applicationFolder(machine), "Claude/claude_desktop_config.json"),
    isThere(machine) {
      return exists(dirname(this.path(machine)));
    },
    key: "mcpServers",
    entry: (server) => ({ ...server }),
    afterwards: "Quit Claude Desktop and start it again.",
  },
  {
    name: "claude-code",
    title: "Claude Code",
    path: ({ env }) => join(env.CLAUDE_CONFIG_DIR || homeOf(env), ".claude.json"),
    isThere(machine) {
      return exists(this.path(machine)) || exists(join(homeOf(machine.env), ".claude"));
    },
    key: "mcpServers",
    entry: (server) => ({ type: "stdio", ...server }),
    afterwards: "New sessions of Claude Code have it; /mcp shows it.",
  },
  {
    name: "vscode",
    title: "VS Code",
    path: (machine) => join(applicationFolder(machine), "Code/User/mcp.json"),
    isThere(machine) {
      return exists(dirname(this.path(machine)));
    },
    key: "servers",
    entry: (server) => ({ type: "stdio", ...server }),
    afterwards: "VS Code starts it when the chat needs it; MCP: List Servers shows it.",
  },
  {
    name: "cursor",
    title: "Cursor",
    path: ({ env }) => join(homeOf(env), ".cursor/mcp.json"),
    isThere(machine) {
      return exists(dirname(this.path(machine)));
    },
    key: "mcpServers",
    entry: (server) => ({ ...server }),
    afterwards: "Switch it on in Cursor's settings, under MCP.",
  },
  {
    name: "zed",
    title: "Zed",
    path: ({ env, os }) =>
      join(os === "darwin" ? join(homeOf(env), ".config") : configFolder(env), "zed/settings.json"),
    isThere(machine) {
      return exists(dirname(this.path(machine)));
    },
    key: "context_servers",
    entry: (server) => ({ ...server }),
    afterwards: "Zed starts it at once; the agent panel's settings show it.",
  },
];

/** Where programs for the desktop keep their settings. */
function applicationFolder({ env, os }: Machine): string {
  return os === "darwin" ? join(homeOf(env), "Library/Application Support") : configFolder(env);
}

function configFolder(env: Machine["env"]): string {
  return env.XDG_CONFIG_HOME || join(homeOf(env), ".config");
}

function homeOf(env: Machine["env"]): string {
  return env.HOME ?? "/";
}
