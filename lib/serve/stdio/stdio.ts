import type { App } from "../../runs/app.ts";
import { untilToldToEnd } from "../program/until_told_to_end.ts";
import { warmUp } from "../program/warm_up.ts";
import { begin } from "./begin.ts";

/** A client that starts a server says something at once; people do not. */
const SILENCE_MS = 100;

/**
 * Serves one client on standard input and output until the input ends, the output breaks or the process
 * is told to end. What was read before the input ended is answered: a run that takes longer with the id
 * of its job.
 *
 * What the client waits for first is answered first; only then is the rest loaded.
 */
export async function runStdio(app: App): Promise<void> {
  const toldToEnd = untilToldToEnd();
  const begun = begin();
  await Promise.race([begun, toldToEnd, new Promise((resolve) => setTimeout(resolve, SILENCE_MS))]);
  // The launcher's Python starts while the SDK is being loaded.
  await app.load();
  warmUp(app);
  const { serveClient } = await import("./serve_client.ts");
  const conversation = await Promise.race([begun, toldToEnd]);
  if (conversation) await serveClient(app, conversation, toldToEnd);
  else await app.close();
}
