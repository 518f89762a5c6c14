import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { endedJob } from "../helpers/ended_job.ts";
import { fillHome } from "../helpers/fill_home.ts";
import { modernMeta } from "../helpers/modern_meta.ts";
import { RawSession } from "../helpers/raw_session.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { TestHome } from "../helpers/test_home.ts";

const shared = new SharedServers();

Deno.test("resources/list pages through the jobs, newest first, then scripts and the view", async () => {
  await using home = await TestHome.prepared();
  // The client of 2.x collects all pages by itself.
  await using server = await connect({ home: home.path, kind: "1.x" });
  await server.call("py_save_script", { script_name: "greet", source: "print(1)" });
  const ids = fillHome(home.path, 53, (n) => ({ label: `job ${n}` }));
  const started = ids.map((id) => `job://${id}`);
  const first = await server.client.listResources();
  assert.equal(first.resources.length, 50);
  assert.ok(first.nextCursor);
  const second = await server.client.listResources({ cursor: first.nextCursor });
  assert.equal(second.nextCursor, undefined);
  const uris = [...first.resources, ...second.resources].map(({ uri }) => uri);
  assert.deepEqual(uris, [...started.toReversed(), "script://greet", "ui://python-mcp/job"]);
  assert.match(first.resources[0]!.title!, /^job 52 \(\w+\)$/);
  await assert.rejects(server.client.listResources({ cursor: "x" }), { code: -32602 });
});

Deno.test("resources/templates/list names every family of resources", async () => {
  const { server } = await shared.begin();
  const { resourceTemplates } = await server.client.listResourceTemplates();
  assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate), [
    "job://{job_id}",
    "job-stream://{job_id}",
    "job-output://{job_id}/{stream}{?cursor,limit}",
    "job-artifact://{job_id}/{+name}",
    "script://{name}",
    "session://{session}",
  ]);
});

Deno.test("resources/read reads each family as its template says", async () => {
  const { home, server } = await shared.begin();
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
  const { home, server } = await shared.begin("1.x");
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
    await using home = await TestHome.prepared();
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
  const { home, server } = await shared.begin();
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

Deno.test("a page of output has at most 512 KiB, and less where the output is no text", async () => {
  const { home, server } = await shared.begin();
  const printed: [bytes: string, shown: RegExp, length: number][] = [
    ["b'x'", /^x+$/, 700_000],
    ["'ü'.encode()", /^ü+$/, 1_400_000],
    [String.raw`b'\0'`, /^\0+$/, 700_000],
    [String.raw`b'\x80'`, /^\ufffd+$/, 700_000],
  ];
  for (const [bytes, shown, length] of printed) {
    const id = await endedJob(
      server,
      home,
      `import sys\nsys.stdout.buffer.write(${bytes} * 700_000)`,
    );
    let cursor = 0;
    for (let pages = 0, more = true; more; pages++) {
      assert.ok(pages < 100);
      const page = await server.readResource(
        `job-output://${id}/stdout?cursor=${cursor}&limit=9999999`,
      );
      assert.match(page.text!, shown);
      assert.ok(JSON.stringify(page).length < 1_000_000, bytes);
      const next = page._meta as { cursor: number; more: boolean };
      assert.ok(next.cursor > cursor && next.cursor - cursor <= 512 * 1024, bytes);
      ({ cursor, more } = next);
    }
    assert.equal(cursor, length);
  }
});

Deno.test("a URI that is badly encoded names no resource", async () => {
  const { server } = await shared.begin("1.x");
  for (const uri of ["script://%E0%A4%A", "script://%", "job://%ZZ", "job-artifact://x/%E0"]) {
    await assert.rejects(server.readResource(uri), { code: -32002 }, uri);
  }
});
