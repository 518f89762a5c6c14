import process from "node:process";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { App } from "../mcp/app.ts";
import { createServer } from "../mcp/create_server.ts";

/** The longest message that is read; a script of 5 MB escaped as JSON fits. */
const LONGEST_MESSAGE = 64 * 2 ** 20;

/** Serves one client on standard input and output until the input ends or the process is told to end. */
export async function runStdio(app: App): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const transport = new StdioServerTransport(process.stdin, process.stdout, {
    maxBufferSize: LONGEST_MESSAGE,
  });
  const handle = serveStdio(({ era }) => createServer(app, { era, lasting: true }), {
    transport,
    onerror: (error) => app.log.debug(`protocol: ${error.message}`),
  });
  process.stdin.once("end", end).once("close", end);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, end);
  }
  // Ready before the first call, but after the answer to `initialize` that the client waits for.
  setTimeout(() => {
    app.jobs.warmUp();
    app.jobs.sweep();
  }, 100);
  await ended;
  app.log.debug("the client is gone; running jobs go on");
  await handle.close();
  await app.close();
}
