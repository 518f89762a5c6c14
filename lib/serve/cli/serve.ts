import { defineCommand } from "./command/define_command.ts";
import { flag, parsed, text, withDefault } from "./command/options.ts";
import { parsePort } from "./command/parse_values.ts";

/** `serve`: the server itself. */
export const SERVE = defineCommand({
  name: "serve",
  description: "Serve MCP on stdio, or over HTTP with the page of jobs",
  options: {
    http: flag("Streamable HTTP instead of stdio; the endpoint is /mcp, the page /"),
    host: withDefault(
      text("address to listen on, with --http", { placeholder: "<address>" }),
      "127.0.0.1",
    ),
    port: withDefault(
      parsed("port to listen on, with --http; 0 = any", {
        placeholder: "<number>",
        read: parsePort,
      }),
      8000,
    ),
  },
  examples: ["$0 serve --http --port 8000"],
  async handle({ http, host, port }, { app }) {
    if (http) {
      const { runHttp } = await import("../http/run_http.ts");
      await runHttp(app, { hostname: host, port });
    } else {
      const { runStdio } = await import("../stdio/stdio.ts");
      await runStdio(app);
    }
  },
});
