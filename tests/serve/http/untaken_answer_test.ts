import assert from "node:assert/strict";
import { openJobs } from "../../../lib/runs/open_jobs.ts";
import { App } from "../../../lib/runs/app.ts";
import { readSettings } from "../../../lib/runs/settings.ts";
import { createSite } from "../../../lib/serve/http/http.ts";
import { createLog } from "../../../lib/serve/program/log.ts";
import { modernMeta } from "../../helpers/modern_meta.ts";
import { RawHttp } from "../../helpers/raw_http.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const URL = "http://127.0.0.1/mcp";

/** Longer than a server waits between an answer and the removal of its run. */
const LONG_MS = 500;

async function post(
  home: TestHome,
  client: RawHttp,
  _meta?: Record<string, unknown>,
): Promise<Response> {
  const run = { directory: home.path, script_content: "print(1)", use_uv: false };
  const params = { name: "py_run_script_in_dir", arguments: run, _meta };
  return await client.post({ id: 7, method: "tools/call", params });
}

for (const version of ["2025-11-25", "2026-07-28"] as const) {
  Deno.test(`an answered run stays until its answer is taken (${version})`, async () => {
    await using home = await TestHome.prepared();
    const env = { ...Deno.env.toObject(), PYTHON_MCP_HOME: home.path, PYTHON_MCP_WARM: "off" };
    const log = createLog(home.path, false, () => {});
    const app = new App(readSettings(env, () => {}), log, openJobs);
    const site = createSite(app, { hostname: "127.0.0.1" });
    const authorization = { Authorization: `Bearer ${site.token.value}` };
    const client = new RawHttp({ url: URL, authorization }, version, (request) => {
      request.headers.set("Host", "127.0.0.1");
      return site.fetch(request);
    });
    if (version === "2025-11-25") await client.initialize();
    const meta = version === "2026-07-28" ? modernMeta() : undefined;
    const left = () => [...Deno.readDirSync(app.jobs.home.jobs)].length;
    const listed = async () => (await app.jobs.list({ limit: 9 })).total;

    const taken = await post(home, client, meta);
    await waitFor(() => left() === 1, { what: "its folder" });
    await new Promise((resolve) => setTimeout(resolve, LONG_MS));
    assert.equal(left(), 1);
    assert.match(await taken.text(), /"stdout":"1\\n"/);
    await waitFor(() => left() === 0, { what: "its removal" });
    assert.equal(await listed(), 0);

    const untaken = await post(home, client, meta);
    await new Promise((resolve) => setTimeout(resolve, LONG_MS));
    await untaken.body!.cancel();
    await waitFor(async () => await listed() === 1, { what: "the job of a client that has left" });
    await site.close();
    await app.close();
  });
}
