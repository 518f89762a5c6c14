import assert from "node:assert/strict";
import { cli, startJob } from "../../helpers/cli.ts";
import { sharedDashboard } from "../../helpers/dashboard_server.ts";

const shared = sharedDashboard();

Deno.test("the API refuses everything when the token is missing or wrong", async () => {
  const { server } = await shared();
  for (const path of ["/api/jobs", "/api/events", "/api/nothing"]) {
    for (const headers of [new Headers(), new Headers({ Authorization: "Bearer wrong" })]) {
      const response = await fetch(server.origin + path, { headers });
      await response.body?.cancel();
      assert.equal(response.status, 401, path);
    }
  }
});

Deno.test("the API refuses a request when it comes from another site", async () => {
  const { server } = await shared();
  const response = await server.fetch("/api/jobs", { headers: { Origin: "https://evil.example" } });
  await response.body?.cancel();
  assert.equal(response.status, 403);
});

Deno.test("an event tells of a job at once when this server cancels it", async () => {
  const { home, server } = await shared();
  const id = await startJob(home, "import time; time.sleep(600)");
  const events = await server.fetch("/api/events");
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader.read()).value!, /^event: hello\n/);
  const response = await server.fetch(`/api/jobs/${id}/cancel`, { method: "POST", body: "{}" });
  assert.equal((await response.json()).status, "cancelled");
  let text = "";
  while (!text.includes('"status":"cancelled"')) text += (await reader.read()).value;
  await reader.cancel();
});

Deno.test("a job's usage is measured only while somebody watches it", async () => {
  const { home, server } = await shared();
  const id = await startJob(home, "while True: pass");
  const events = await server.fetch(`/api/events?watch=${id}`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while ((text.match(/"samples"/g) ?? []).length < 3) text += (await reader.read()).value;
  const samples = [...text.matchAll(/^data: (.*"samples".*)$/gm)]
    .flatMap((match) => JSON.parse(match[1]!).samples);
  // Its share is small where the machine is busy.
  assert(samples.at(-1).cpu > 5, JSON.stringify(samples));
  assert(samples.at(-1).memory > 1e6);
  await reader.cancel();
  await cli(home, ["jobs", "cancel", id]);
});

Deno.test("a job that a script started shows what it runs", async () => {
  const { home, server } = await shared();
  const id = await startJob(home, 'import python_mcp\npython_mcp.run("1", ["a b"]).wait()');
  await cli(home, ["jobs", "wait", id]);
  const { jobs } = await (await server.fetch("/api/jobs")).json();
  const child = jobs.find((job: { parent_id?: string }) => job.parent_id === id);
  assert.deepEqual(child.command, { arguments: "'a b'", folder: home.path });
});

Deno.test("an artifact comes as a download that runs nothing", async () => {
  const { home, server } = await shared();
  const id = await startJob(
    home,
    `import os\nfor name in ["ä b.html", "a.js", "a.mjs", "a.css", "a.svg"]:\n` +
      `    open(os.environ["PYTHON_MCP_ARTIFACTS"] + "/" + name, "w").write("<script>1</script>")`,
  );
  await cli(home, ["jobs", "wait", id]);
  // A script, style or page by its ending must be none of this server's own.
  const types = { "ä b.html": "", "a.js": "", "a.mjs": "", "a.css": "", "a.svg": "image/svg+xml" };
  for (const [name, type] of Object.entries(types)) {
    const response = await server.fetch(`/api/jobs/${id}/artifacts/${encodeURIComponent(name)}`);
    assert.equal(await response.text(), "<script>1</script>");
    assert.equal(response.headers.get("content-type"), type || "application/octet-stream", name);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("content-disposition"), "attachment");
    assert.match(response.headers.get("content-security-policy")!, /sandbox/);
  }
});

Deno.test("an artifact's name leads nowhere else", async () => {
  const { home, server } = await shared();
  const id = await startJob(home, "1");
  await cli(home, ["jobs", "wait", id]);
  for (const name of ["..%2Fspec.json", "%2e%2e%2fspec.json", "%2Fetc%2Fpasswd"]) {
    const response = await server.fetch(`/api/jobs/${id}/artifacts/${name}`);
    await response.body?.cancel();
    assert.equal(response.status, 404, name);
  }
});

Deno.test("the API says what is not there, and what is not possible", async () => {
  const { home, server } = await shared();
  const id = await startJob(home, "import time; time.sleep(600)");
  const ask = async (path: string, method = "GET") => {
    const response = await server.fetch(path, { method });
    return [response.status, (await response.json()).error];
  };
  assert.equal((await ask("/api/jobs/00000000-0000-0000-0000-000000000000"))[0], 404);
  assert.equal((await ask("/api/else"))[0], 404);
  assert.equal((await ask("/api/jobs/%ZZ"))[0], 404);
  const [status, error] = await ask(`/api/jobs/${id}`, "DELETE");
  assert.equal(status, 400);
  assert.match(error, /Cancel it first/);
  await cli(home, ["jobs", "cancel", id]);
  assert.equal((await ask(`/api/jobs/${id}`, "DELETE"))[0], 200);
});

Deno.test("the API answers 400 with the reason when the body of a prune is malformed", async () => {
  const { server } = await shared();
  const prune = async (body: string) => {
    const response = await server.fetch("/api/prune", { method: "POST", body });
    return [response.status, (await response.json()).error];
  };
  for (const body of ["", "{", "[]", "null", '"all"', '{"keep_completed": "no"}', '{"x": 1}']) {
    const [status, error] = await prune(body);
    assert.equal(status, 400, body);
    assert.match(error, /^Cannot remove jobs as the request asks: /);
  }
  assert.equal((await prune('{"keep_failed": false}'))[0], 200);
});

Deno.test("the API answers 413 when more is sent than it reads, by the length announced or sent", async () => {
  const { server } = await shared();
  const text = JSON.stringify({ keep_failed: false, padding: "x".repeat(20_000) });
  const stream = () => ReadableStream.from([new TextEncoder().encode(text)]);
  for (const body of [text, stream()]) {
    const response = await server.fetch("/api/prune", { method: "POST", body });
    await response.body?.cancel();
    assert.equal(response.status, 413);
  }
  for (const body of [`token=${text}`, stream()]) {
    const response = await fetch(`${server.origin}/login`, { method: "POST", body });
    await response.body?.cancel();
    assert.equal(response.status, 401);
  }
});
