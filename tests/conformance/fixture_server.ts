/** The server that the conformance suite is run against: ours, with the suite's fixtures on offer. */
import { App } from "../../lib/runs/app.ts";
import { startHttp } from "../../lib/serve/http/http.ts";
import { createLog } from "../../lib/serve/log.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { FIXTURES } from "./fixtures.ts";

/** Starts it on a home; `close` ends it. */
export function startFixtureServer(home: string): { url: string; close(): Promise<void> } {
  const settings = readSettings({ ...Deno.env.toObject(), PYTHON_MCP_HOME: home }, () => {});
  const app = new App(settings, { ...createLog(home, false), warn: () => {} });
  const server = startHttp(app, { hostname: "127.0.0.1", port: 0, open: true }, FIXTURES);
  return {
    url: server.url,
    async close() {
      await server.close();
      await app.close();
    },
  };
}

if (import.meta.main) {
  const home = await Deno.makeTempDir();
  await Deno.stderr.write(new TextEncoder().encode(`${startFixtureServer(home).url}\n`));
}
