import assert from "node:assert/strict";
import { connect, TRANSPORTS } from "../helpers/connect.ts";
import { endedJob } from "../helpers/ended_job.ts";
import { HttpServerProcess } from "../helpers/http_server.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { eventsOf, RawHttp } from "../helpers/raw_http.ts";
import { type Message, RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** A script that prints until a file appears, many times a second. */
function chatty(go: string): string {
  return `import os, time\nwhile not os.path.exists(${JSON.stringify(go)}):\n` +
    "    print('x', flush=True)\n    time.sleep(0.02)\n";
}

function updatesOf(lines: string, uri: string): number {
  return lines.split("\n").filter((line) =>
    line.includes("notifications/resources/updated") && line.includes(`"${uri}"`)
  ).length;
}

Deno.test("a 2025 client hears of a job it subscribed to at most once a second, until it unsubscribes", async () => {
  await using home = await TestHome.prepared();
  await using session = new RawSession(home.path);
  await session.initialize();
  const go = home.join("go");
  const { job_id } = await session.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: chatty(go),
    use_uv: false,
  });
  await session.next(({ method }) => method === "notifications/resources/list_changed");
  const uri = `job://${job_id}`;
  assert.deepEqual((await session.request("resources/subscribe", { uri })).result, {});
  const began = performance.now();
  await waitFor(() => updatesOf(session.stdout, uri) >= 3, {
    what: "three updates",
  });
  assert.ok(updatesOf(session.stdout, uri) <= 1 + (performance.now() - began) / 900);
  assert.equal(updatesOf(session.stdout, `job-stream://${job_id}`), 0);

  await session.request("resources/unsubscribe", { uri });
  const before = updatesOf(session.stdout, uri);
  await session.request("resources/subscribe", { uri: `job-stream://${job_id}` });
  await waitFor(() => updatesOf(session.stdout, `job-stream://${job_id}`) >= 2, {
    what: "updates of the other resource",
  });
  assert.equal(updatesOf(session.stdout, uri), before);
  Deno.writeTextFileSync(go, "");
  const { job } = await session.call("py_job_status", { job_id, wait_seconds: 20 }) as {
    job: { status: string };
  };
  assert.equal(job.status, "completed");
});

for (const transport of TRANSPORTS) {
  Deno.test(`a 2026-07-28 client that listens hears of new jobs and of the job it named (${transport})`, async () => {
    await using home = await TestHome.prepared();
    await using observer = await connect({ home: home.path });
    const go = home.join("go");
    const { json } = await observer.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: chatty(go),
      use_uv: false,
    });
    const uri = `job://${json.job_id}`;
    const request = {
      id: 5,
      method: "subscriptions/listen",
      params: {
        notifications: { resourcesListChanged: true, resourceSubscriptions: [uri] },
        _meta: modernMeta(),
      },
    };
    await using listener = await listen(home, transport, request);
    const hears = (method: string) =>
      waitFor(() => listener.heard().find((message) => message.method === method), {
        what: method,
      });
    await hears("notifications/subscriptions/acknowledged");
    assert.equal((await hears("notifications/resources/updated")).params!.uri, uri);
    await endedJob(observer, home, "1");
    await hears("notifications/resources/list_changed");
    Deno.writeTextFileSync(go, "");
    await observer.call("py_job_status", { job_id: json.job_id, wait_seconds: 20 });
  });
}

interface Listener extends AsyncDisposable {
  heard(): Message[];
}

/** Listens until it is disposed of. */
async function listen(
  home: TestHome,
  transport: string,
  request: { id: number; method: string; params: Record<string, unknown> },
): Promise<Listener> {
  if (transport === "stdio") {
    const session = new RawSession(home.path);
    await session.send(request);
    return {
      heard: () =>
        session.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Message),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  }
  const server = await HttpServerProcess.start({ home: home.path });
  const response = await new RawHttp(server, "2026-07-28").post(request);
  const heard: Message[] = [];
  const all = (async () => {
    for await (const { message } of eventsOf(response)) if (message) heard.push(message);
  })();
  return {
    heard: () => heard,
    [Symbol.asyncDispose]: async () => {
      await server.end();
      await all;
      // The graceful end of a subscription is its result.
      assert.equal(heard.at(-1)!.id, request.id);
    },
  };
}
