/**
 * `deno task demo`: a real server, a real MCP client and real runs, told in terms of MCP calls.
 * It ends with code 1 and says why as soon as anything is not as promised.
 */
import * as chapters from "./demo/chapters.ts";
import { BrokenPromise, closing, line, seconds } from "./demo/narrator.ts";
import { Session } from "./demo/session.ts";

const began = performance.now();
const ownHome = Deno.env.get("PYTHON_MCP_HOME");
const home = ownHome || await Deno.makeTempDir({ prefix: "python-mcp-demo-" });
// The scripts run there, the first one maybe before the server has made it.
await Deno.mkdir(home, { recursive: true, mode: 0o700 });
let code = 1;
let interrupt: (() => void) | undefined;

Deno.addSignalListener("SIGINT", () => {
  code = 130;
  interrupt?.();
});
try {
  await tell();
  code = 0;
  closing(true, `All as promised, in ${seconds(performance.now() - began)}. No job is left.`);
} catch (error) {
  closing(false, code === 130 ? "Stopped; cancelling what still runs." : explain(error));
}
await cleanUp();
Deno.exit(code);

async function tell(): Promise<void> {
  await using session = await Session.start(home);
  interrupt = () => session[Symbol.asyncDispose]();
  const { name, version } = session.server;
  line(`\n  ${name} ${version} answers on stdio after ${seconds(performance.now() - began)}.`);
  line(`  Its home is ${home}`);
  await chapters.quickScript(session);
  await chapters.scriptWithPackages(session);
  await chapters.longScript(session);
  await chapters.cancelledScript(session);
  await chapters.durableVariables(session);
  await chapters.nothingLeft(session);
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof BrokenPromise ? `Not as promised: ${text}` : text;
}

/** Cancels what is left, through a server of its own: the first one may be what failed. */
async function cleanUp(): Promise<void> {
  if (code !== 0) {
    try {
      await using session = await Session.start(home);
      await session.cancelAll();
    } catch (error) {
      line(`  Jobs of this demo may still run: ${explain(error)}`);
    }
  }
  if (!ownHome) await removeFolder(home);
}

/** The launcher ends soon after its server; until then it may still write into the home. */
async function removeFolder(path: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
