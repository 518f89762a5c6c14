import assert from "node:assert/strict";
import { connect, type Connection, TRANSPORTS } from "../helpers/connect.ts";
import { HttpServerProcess } from "../helpers/http_server.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { eventsOf, RawHttp } from "../helpers/raw_http.ts";
import { type Message, RawSession } from "../helpers/raw_session.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Runs a script as a job to its end; returns the job's id. */
async function endedJob(server: Connection, home: TestHome, source: string): Promise<string> {
  const { json } = await server.call("py_run_script_in_dir_async", {
    directory: home.path,
    script_content: source,
    use_uv: false,
  });
  await server.call("py_job_status", { job_id: json.job_id, wait_seconds: 30 });
  return json.job_id as string;
}

Deno.test("resources/list pages through the jobs, newest first, saved scripts last", async () => {
  await using home = await TestHome.create();
  // The client of 2.x collects all pages by itself.
  await using server = await connect({ home: home.path, kind: "1.x" });
  await server.call("py_save_script", { script_name: "greet", source: "print(1)" });
  const started: string[] = [];
  for (let n = 0; n < 53; n++) {
    const { json } = await server.call("py_run_script_in_dir_async", {
      directory: home.path,
      script_content: "1",
      use_uv: false,
      job_label: `job ${n}`,
    });
    started.push(`job://${json.job_id}`);
  }
  const first = await server.client.listResources();
  assert.equal(first.resources.length, 50);
  assert.ok(first.nextCursor);
  const second = await server.client.listResources({ cursor: first.nextCursor });
  assert.equal(second.nextCursor, undefined);
  const uris = [...first.resources, ...second.resources].map(({ uri }) => uri);
  assert.deepEqual(uris, [...started.toReversed(), "script://greet"]);
  assert.match(first.resources[0]!.title!, /^job 52 \(\w+\)$/);
  await assert.rejects(server.client.listResources({ cursor: "x" }), { code: -32602 });
});

Deno.test("resources/templates/list names every family of resources", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  const { resourceTemplates } = await server.client.listResourceTemplates();
  assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [
    "job://{job_id}",
    "job-stream://{job_id}",
    "job-output://{job_id}/{stream}{?cursor,limit}",
    "job-artifact://{job_id}/{+name}",
    "script://{name}",
  ]);
});

Deno.test("resources/read reads each family as its template says", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  const id = await endedJob(
    server,
    home,
    "import os, sys\nprint('Grüße')\nprint('err', file=sys.stderr)\n" +
      "folder = os.environ['PYTHON_MCP_ARTIFACTS']\nos.makedirs(folder + '/a b')\n" +
      "open(folder + '/a b/t.csv', 'w').write('1,2')\nopen(folder + '/b.bin', 'wb').write(b'\\0\\1')",
  );
  const job = await server.readResource(`job://${id}`);
  assert.equal(JSON.parse(job.text!).status, "completed");
  const stream = await server.readResource(`job-stream://${id}`);
  assert.equal(stream.text, "---STDOUT---\nGrüße\n\n---STDERR---\nerr\n");
  const whole = await server.readResource(`job-output://${id}/stdout`);
  assert.equal(whole.text, "Grüße\n");
  // A limit in the middle of a character cuts before it.
  const piece = await server.readResource(`job-output://${id}/stdout?cursor=1&limit=4`);
  assert.equal(piece.text, "rü");
  assert.deepEqual(piece._meta, { cursor: 4, more: true });
  const rest = await server.readResource(`job-output://${id}/stdout?cursor=4`);
  assert.equal(rest.text, "ße\n");
  const table = await server.readResource(`job-artifact://${id}/a%20b/t.csv`);
  assert.equal(table.text, "1,2");
  const binary = await server.readResource(`job-artifact://${id}/b.bin`);
  assert.equal(binary.blob, "AAE=");
  await server.call("py_save_script", { script_name: "my.script-1", source: "print(1)\n" });
  const script = await server.readResource("script://my.script-1");
  assert.match(script.text!, /print\(1\)\n$/);
});

Deno.test("an artifact's name leads nowhere else when it climbs out or is a link", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path, kind: "1.x" });
  Deno.writeTextFileSync(home.join("secret.txt"), "secret");
  const id = await endedJob(
    server,
    home,
    `import os\nos.symlink(${JSON.stringify(home.join("secret.txt"))}, ` +
      "os.environ['PYTHON_MCP_ARTIFACTS'] + '/link.txt')",
  );
  for (
    const name of [
      "link.txt",
      "../spec.json",
      "..%2Fspec.json",
      "%2e%2e/spec.json",
      "%2Fetc/passwd",
    ]
  ) {
    const uri = `job-artifact://${id}/${name}`;
    await assert.rejects(server.readResource(uri), { code: -32002 }, name);
  }
});

const UNKNOWN = [
  `job://${crypto.randomUUID()}`,
  `job-output://${crypto.randomUUID()}/stdout`,
  "job://../../etc/passwd",
  "script://nowhere",
  "file:///etc/passwd",
  "no uri",
];
for (const era of ["2025", "2026-07-28"] as const) {
  const code = era === "2025" ? -32002 : -32602;
  Deno.test(`resources/read answers ${code} with the URI when a ${era} client asks for an unknown one`, async () => {
    await using home = await TestHome.create();
    await using session = new RawSession(home.path);
    if (era === "2025") await session.initialize();
    const _meta = era === "2025" ? undefined : modernMeta();
    for (const uri of UNKNOWN) {
      const { error } = await session.request("resources/read", { uri, _meta });
      assert.equal(error!.code, code, uri);
      assert.deepEqual(error!.data, { uri });
    }
  });
}

Deno.test("completion/complete offers job ids and names of scripts that begin like the value", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  const id = await endedJob(server, home, "1");
  await server.call("py_save_script", { script_name: "greet", source: "print(1)" });
  await server.call("py_save_script", { script_name: "other", source: "print(1)" });
  const complete = async (uri: string, name: string, value: string) =>
    (await server.client.complete({
      ref: { type: "ref/resource", uri },
      argument: { name, value },
    }))
      .completion.values;
  assert.deepEqual(await complete("job://{job_id}", "job_id", id.slice(0, 8)), [id]);
  assert.deepEqual(await complete("job://{job_id}", "job_id", "zzz"), []);
  assert.deepEqual(await complete("script://{name}", "name", "gr"), ["greet"]);
  assert.deepEqual(
    await complete("job-output://{job_id}/{stream}{?cursor,limit}", "stream", "std"),
    ["stdout", "stderr"],
  );
  const prompt = await server.client.complete({
    ref: { type: "ref/prompt", name: "diagnose_failed_job" },
    argument: { name: "job_id", value: id.slice(0, 4) },
  });
  assert.deepEqual(prompt.completion.values, [id]);
});

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
  await using home = await TestHome.create();
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
    timeoutMs: 15_000,
  });
  assert.ok(updatesOf(session.stdout, uri) <= 1 + (performance.now() - began) / 900);
  assert.equal(updatesOf(session.stdout, `job-stream://${job_id}`), 0);

  await session.request("resources/unsubscribe", { uri });
  const before = updatesOf(session.stdout, uri);
  await session.request("resources/subscribe", { uri: `job-stream://${job_id}` });
  await waitFor(() => updatesOf(session.stdout, `job-stream://${job_id}`) >= 2, {
    what: "updates of the other resource",
    timeoutMs: 15_000,
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
    await using home = await TestHome.create();
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
        timeoutMs: 15_000,
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

Deno.test("prompts/list and prompts/get write what to do about a failed job", async () => {
  await using home = await TestHome.create();
  await using server = await connect({ home: home.path });
  const { prompts } = await server.client.listPrompts();
  assert.deepEqual(prompts.map(({ name }) => name), ["plan_long_run", "diagnose_failed_job"]);
  const job_id = await endedJob(server, home, "print('before')\n1/0");
  const { messages } = await server.client.getPrompt({
    name: "diagnose_failed_job",
    arguments: { job_id },
  });
  const { text } = messages[0]!.content as { text: string };
  assert.match(text, /ZeroDivisionError: division by zero/);
  assert.match(text, /before/);
});

for (
  const [what, name, args] of [
    ["a required argument is missing", "plan_long_run", {}],
    ["there is no such prompt", "nothing", {}],
    ["there is no such job", "diagnose_failed_job", { job_id: "x" }],
  ] as const
) {
  Deno.test(`prompts/get answers -32602 when ${what}`, async () => {
    await using home = await TestHome.create();
    await using server = await connect({ home: home.path });
    const answer = server.client.getPrompt({ name, arguments: args });
    await assert.rejects(answer, { code: -32602 });
  });
}
