import process from "node:process";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { App } from "../../runs/app.ts";
import { createServer } from "../../mcp/create_server.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { untilToldToEnd } from "../program/until_told_to_end.ts";
import { warmUp } from "../program/warm_up.ts";

/** Serves one client on standard input and output until the input ends or the process is told to end. */
export async function runStdio(app: App): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const transport = new StdioTransport(process.stdin, process.stdout);
  const handle = serveStdio(({ era }) => createServer(app, { era, lasting: true }), {
    transport,
    onerror: (error) => app.log.debug(`protocol: ${error.message}`),
  });
  process.stdin.once("end", end).once("close", end);
  untilToldToEnd().then(end);
  // Ready before the first call, but after the answer to `initialize` that the client waits for.
  setTimeout(async () => {
    await Promise.all([
      app.load(),
      import("../../mcp/requests/request_handlers.ts"),
      import("../../runs/run/run_scripts.ts"),
    ]);
    if (!app.ending) warmUp(app);
  }, 100);
  await ended;
  app.ending = true;
  app.log.debug("the client is gone; running jobs go on");
  await handle.close();
  await app.close();
}
