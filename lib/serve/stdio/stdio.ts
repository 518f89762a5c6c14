import process from "node:process";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { App } from "../../runs/app.ts";
import { createServer } from "../../mcp/create_server.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { untilToldToEnd } from "../program/until_told_to_end.ts";
import { warmUp } from "../program/warm_up.ts";

/** How long a server whose input has ended goes on without an answer to what it has read. */
const PATIENCE_MS = 5000;

/**
 * Serves one client on standard input and output until the input ends, the output breaks or the process
 * is told to end. What was read before the input ended is answered: a run that takes longer with the id
 * of its job.
 */
export async function runStdio(app: App): Promise<void> {
  const inputOver = new AbortController();
  const transport = new StdioTransport(process.stdin, process.stdout);
  const handle = serveStdio(
    ({ era }) => createServer(app, { era, lasting: true, over: inputOver.signal }),
    {
      transport,
      onerror: (error) => app.log.debug(`protocol: ${error.message}`),
    },
  );
  const over = Promise.race([transport.closed, untilToldToEnd()]);
  // Ready before the first call, but after the answer to `initialize` that the client waits for.
  setTimeout(async () => {
    await Promise.all([
      app.load(),
      import("../../mcp/requests/request_handlers.ts"),
      import("../../runs/run/run_scripts.ts"),
    ]);
    if (!app.ending) warmUp(app);
  }, 100);
  await Promise.race([over, transport.inputEnded.then(lastAnswers)]);
  app.ending = true;
  app.log.debug("the client is gone; running jobs carry on");
  await handle.close();
  await app.close();

  async function lastAnswers(): Promise<void> {
    if (await transport.open.untilNone(PATIENCE_MS)) return;
    inputOver.abort();
    await transport.open.untilNone(PATIENCE_MS);
  }
}
