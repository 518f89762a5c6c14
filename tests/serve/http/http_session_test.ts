import assert from "node:assert/strict";
import { connectHttp } from "../../helpers/connect.ts";
import { HttpServerProcess } from "../../helpers/http_server.ts";
import { modernMeta } from "../../helpers/modern_meta.ts";
import { eventsOf, messagesOf, RawHttp } from "../../helpers/raw_http.ts";
import { SharedServers } from "../../helpers/shared_servers.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const shared = new SharedServers();

async function untilScriptRuns(home: TestHome): Promise<void> {
  await waitFor(() => home.processes().some(({ command }) => command.includes("script.py")), {
    what: "the script",
  });
}

Deno.test("a session ends when its client deletes it; then it is unknown", async () => {
  const server = await shared.http();
  const client = new RawHttp(server);
  await client.initialize();
  assert.equal((await client.request("tools/list")).length, 1);
  const deleted = await fetch(server.url, { method: "DELETE", headers: client.headers });
  assert.equal(deleted.status, 200);
  const after = await client.post({ id: 9, method: "tools/list" });
  assert.equal(after.status, 404);
  assert.equal((await messagesOf(after))[0]!.error!.code, -32001);
});

Deno.test("a session that never was answers 404, and none is needed to initialize", async () => {
  const server = await shared.http();
  const client = new RawHttp(server);
  client.session = crypto.randomUUID();
  const response = await client.post({ id: 1, method: "tools/list" });
  await response.body?.cancel();
  assert.equal(response.status, 404);
});

Deno.test("a client gets the answer it missed when it resumes its stream with Last-Event-ID", async () => {
  const [home, server] = [await shared.home(), await shared.http()];
  const client = new RawHttp(server);
  await client.initialize();
  const closing = new AbortController();
  const response = await client.post({
    id: 42,
    method: "tools/call",
    params: {
      name: "py_run_script_in_dir",
      arguments: {
        directory: home.path,
        script_content: "import time; time.sleep(600)",
        use_uv: false,
      },
    },
  }, closing.signal);
  const events = eventsOf(response);
  const { value: first } = await events.next();
  assert.ok(first!.id);
  await untilScriptRuns(home);
  closing.abort();
  await events.next().catch(() => {});

  // The connection is gone, so the run became a job: that is the answer which it finds.
  const answer = await waitFor(async () => {
    const resumed = await client.listen(new AbortController().signal, first!.id);
    if (!resumed.ok) {
      await resumed.body?.cancel();
      return undefined;
    }
    return (await messagesOf(resumed)).find(({ id }) => id === 42);
  }, { what: "the answer" });
  const { job_id, status } = answer.result!.structuredContent as Record<string, unknown>;
  assert.equal(status, "running");
  await client.call("py_cancel_job", { job_id: job_id as string });
});

Deno.test("the HTTP server ends with code 0 when it is told to, and closes what is open", async () => {
  await using home = await TestHome.create();
  const server = await HttpServerProcess.start({ home: home.path });
  const client = new RawHttp(server);
  await client.initialize();
  const standing = await client.listen(new AbortController().signal);
  const modern = new RawHttp(server, "2026-07-28");
  const params = {
    name: "py_run_script_in_dir",
    arguments: {
      directory: home.path,
      script_content: "import time; time.sleep(600)",
      use_uv: false,
    },
    _meta: modernMeta(),
  };
  const call = modern.post({ id: 1, method: "tools/call", params }).then((r) => r.text());
  await untilScriptRuns(home);
  const ended = server.end();
  await standing.text();
  assert.doesNotMatch(await call, /"error"/);
  assert.equal((await ended).code, 0);
  assert.equal(server.stdout, "");
  assert.doesNotMatch(server.stderr, /error/i);

  await using later = await HttpServerProcess.start({ home: home.path });
  await using observer = await connectHttp(later);
  const { jobs } = (await observer.call("py_list_jobs")).json as {
    jobs: { id: string; status: string }[];
  };
  assert.deepEqual(jobs.map(({ status }) => status), ["running"]);
  await observer.call("py_cancel_job", { job_id: jobs[0]!.id });
});
