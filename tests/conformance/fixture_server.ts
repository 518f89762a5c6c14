/** The server that the conformance suite is run against: ours, with the suite's fixtures on offer. */
import { App } from "../../lib/runs/app.ts";
import { readSettings } from "../../lib/runs/settings.ts";
import { createSite, type Site } from "../../lib/serve/http/http.ts";
import { serveFetch } from "../../lib/serve/http/serve_fetch.ts";
import { createLog } from "../../lib/serve/program/log.ts";
import { FIXTURES } from "./fixtures.ts";

const HOSTNAME = "127.0.0.1";

/** Starts it on a home; `close` ends it. */
export function startFixtureServer(home: string): { url: string; close(): Promise<void> } {
  const settings = readSettings({ ...Deno.env.toObject(), PYTHON_MCP_HOME: home }, () => {});
  const app = new App(settings, { ...createLog(home, false), warn: () => {} });
  const site = createSite(app, { hostname: HOSTNAME }, FIXTURES);
  const server = serveFetch(
    { hostname: HOSTNAME, port: 0, most: 1000, mostRequests: 1000, warn: () => {} },
    (request) => site.fetch(withToken(request, site)),
  );
  return {
    url: `http://${HOSTNAME}:${server.port}/mcp`,
    async close() {
      app.ending = true;
      const ended = server.close();
      await site.close();
      await ended;
      await app.close();
    },
  };
}

/** The suite's clients have no token: they get it here. */
function withToken(request: Request, { token }: Site): Request {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token.value}`);
  return new Request(request, { headers });
}

if (import.meta.main) {
  const home = await Deno.makeTempDir();
  await Deno.stderr.write(new TextEncoder().encode(`${startFixtureServer(home).url}\n`));
}
