import type { App } from "../../runs/app.ts";
import type { HttpOptions } from "./http.ts";
import { listenHttp } from "./listen_http.ts";
import { untilToldToEnd } from "../program/until_told_to_end.ts";
import { warmUp } from "../program/warm_up.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Serves over HTTP until the process is told to end; says on stderr where, and how to get in. */
export async function runHttp(app: App, options: HttpOptions): Promise<void> {
  const server = listenHttp(app, options);
  warmUp(app);
  const lines = [
    `python-mcp listens on ${server.url}`,
    `Jobs in a browser: ${new URL("/", server.url)} (asks for the token)`,
    server.token.path === undefined
      ? "Token: the value of PYTHON_MCP_TOKEN"
      : `Token: in ${server.token.path}`,
  ];
  if (!LOOPBACK.has(options.hostname)) {
    lines.push(
      `WARNING: ${options.hostname} can be reached from other machines, and whoever has the token can run ` +
        "any code as this user. Put a proxy with TLS in front, or listen on 127.0.0.1.",
    );
  }
  Deno.stderr.writeSync(new TextEncoder().encode(lines.join("\n") + "\n"));
  await untilToldToEnd();
  app.log.debug("told to end; running jobs carry on");
  await server.close();
  await app.close();
}
