import config from "../../deno.json" with { type: "json" };
import { TOOLS } from "../../lib/mcp/tools/tools.ts";

/** The manifest of the MCP bundle, in its version 0.3. */
export function manifest() {
  return {
    manifest_version: "0.3",
    name: "python-mcp",
    display_name: "Python",
    version: config.version,
    description: "Runs Python as jobs: scripts, notebooks and packages, with progress and plots",
    author: { name: "The authors of python-mcp" },
    license: config.license,
    server: {
      type: "node",
      entry_point: "start.mjs",
      mcp_config: {
        command: "node",
        args: ["${__dirname}/start.mjs"],
        env: {
          PYTHON_MCP_HOME: "${user_config.home}",
          SMART_ASYNC_TIMEOUT_SECONDS: "${user_config.budget_seconds}",
        },
      },
    },
    tools: TOOLS.map(({ name, title }) => ({ name, description: title })),
    compatibility: { platforms: ["darwin", "linux"], runtimes: { node: ">=18" } },
    user_config: {
      home: {
        type: "directory",
        title: "Home",
        description: "Where jobs, environments and saved scripts are kept",
        default: "${HOME}/.python_mcp",
      },
      budget_seconds: {
        type: "number",
        title: "Budget",
        description: "Seconds that a call waits before its run goes on as a job",
        default: 20,
        min: 0,
      },
    },
  };
}
