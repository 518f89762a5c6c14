import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { App } from "../../runs/app.ts";
import { createServer } from "../../mcp/create_server.ts";
import type { Begun } from "./begin.ts";
import { writeStandardOutput } from "./standard_streams.ts";
import { StdioTransport } from "./stdio_transport.ts";

/** How long a server whose input has ended goes on without an answer to what it has read. */
const PATIENCE_MS = 5000;

/** Goes on with a conversation that has begun, until it is over or `toldToEnd`. */
export async function serveClient(
  app: App,
  begun: Begun,
  toldToEnd: Promise<void>,
): Promise<void> {
  const inputOver = new AbortController();
  const transport = new StdioTransport(begun.input, writeStandardOutput, begun);
  const handle = serveStdio(
    ({ era }) =>
      createServer(app, {
        era,
        lasting: true,
        over: inputOver.signal,
        arrivedAt: (id) => transport.open.since(id),
        isAnswered: ({ mcpReq }) => transport.open.isAnswered(mcpReq.id),
      }),
    {
      transport,
      onerror: (error) => app.log.debug(`protocol: ${error.message}`),
    },
  );
  // The first call is next.
  void Promise.all([
    import("../../mcp/requests/request_handlers.ts"),
    import("../../runs/run/run_scripts.ts"),
  ]);
  await Promise.race([transport.closed, toldToEnd, transport.inputEnded.then(lastAnswers)]);
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
