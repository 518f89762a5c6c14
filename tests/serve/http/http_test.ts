import assert from "node:assert/strict";
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { HttpServerProcess } from "../../helpers/http_server.ts";
import { startProgram } from "../../helpers/program.ts";
import { RawHttp } from "../../helpers/raw_http.ts";
import { modernMeta } from "../../helpers/modern_meta.ts";
import { runProcess, untilEnded } from "../../helpers/run_process.ts";
import { SharedServers } from "../../helpers/shared_servers.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { connectHttp } from "../../helpers/connect.ts";

const shared = new SharedServers();
const LIST = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });

/** A POST with the headers given, read to its end. */
async function post(
  url: string,
  headers: Record<string, string>,
  body: BodyInit = LIST,
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...headers,
    },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("the HTTP server lets in only who sends the token, whose file is private", async () => {
  const [home, server] = [await shared.home(), await shared.http()];
  const path = home.join("http_token");
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.match(server.token, /^[\w-]{43}$/);
  for (
    const headers of [
      {},
      { Authorization: "Bearer wrong" },
      { Authorization: `Bearer ${server.token}x` },
      { Authorization: `Basic ${server.token}` },
    ]
  ) {
    const refused = await post(server.url, headers as Record<string, string>);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate")!, /^Bearer/);
  }
  const client = new RawHttp(server);
  const { result } = await client.initialize();
  assert.equal((result!.serverInfo as { name: string }).name, "python-mcp");
});

Deno.test("the HTTP server keeps its token when it is started again", async () => {
  await using home = await TestHome.create();
  const first = await HttpServerProcess.start({ home: home.path });
  await first.end();
  await using second = await HttpServerProcess.start({ home: home.path });
  assert.equal(second.token, first.token);
});

Deno.test("the HTTP server takes its token from PYTHON_MCP_TOKEN, which no script sees", async () => {
  await using home = await TestHome.create();
  const env = { PYTHON_MCP_TOKEN: "a-token-of-my-own" };
  await using server = await HttpServerProcess.start({ home: home.path, env });
  assert.match(server.stderr, /Token: the value of PYTHON_MCP_TOKEN/);
  assert.doesNotMatch(server.stderr, /a-token-of-my-own/);
  assert.throws(() => Deno.statSync(home.join("http_token")), Deno.errors.NotFound);
  await using client = await connectHttp(server);
  const { json } = await client.call("py_run_script_in_dir", {
    directory: home.path,
    script_content: "import os; print(os.environ.get('PYTHON_MCP_TOKEN'))",
    use_uv: false,
  });
  assert.equal(json.stdout, "None\n");
});

Deno.test("the HTTP server refuses a web page: a foreign Host or Origin", async () => {
  const server = await shared.http();
  const evil = await post(server.url, {
    ...server.authorization,
    Origin: "http://evil.example",
  });
  assert.equal(evil.status, 403);
  // fetch sets Host itself.
  const { stdout } = await runProcess([
    ...["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: evil.example"],
    ...["-H", `Authorization: Bearer ${server.token}`, server.url],
  ]);
  assert.equal(stdout, "403");
  const own = await post(server.url, { ...server.authorization, Origin: "http://localhost:5173" });
  assert.equal(own.status, 400); // no session, but let in
});

Deno.test("GET /health says ok, and nothing else, without a token", async () => {
  const server = await shared.http();
  const response = await fetch(new URL("/health", server.url));
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "ok");
});

Deno.test("the HTTP server answers 404 when the path is another one", async () => {
  const server = await shared.http();
  for (const path of ["/mcp/other", "/sse", "/mcp//", "/registered"]) {
    const response = await fetch(new URL(path, server.url));
    await response.body?.cancel();
    assert.equal(response.status, 404, path);
  }
});

Deno.test("the HTTP server serves /mcp/ as /mcp", async () => {
  const server = await shared.http();
  const client = new RawHttp({ url: `${server.url}/`, authorization: server.authorization });
  await client.initialize();
  assert.ok((await client.request("tools/list"))[0]!.result);
  assert.equal((await post(`${server.url}/`, {})).status, 401);
});

Deno.test("the HTTP server says what to send instead when a client looks for OAuth", async () => {
  const server = await shared.http();
  for (
    const [path, method] of [
      ["/register", "POST"],
      ["/token", "POST"],
      ["/.well-known/oauth-protected-resource", "GET"],
      ["/.well-known/oauth-authorization-server/mcp", "GET"],
      ["/mcp/.well-known/openid-configuration", "GET"],
    ]
  ) {
    const response = await fetch(new URL(path!, server.url), { method });
    assert.equal(response.status, 404, path);
    const { error_description } = await response.json();
    assert.match(error_description, /no OAuth here.*Authorization: Bearer TOKEN.*http_token/, path);
  }
});

Deno.test("the SDK's client shows what to send instead when its token is wrong", async () => {
  const server = await shared.http();
  const authProvider: OAuthClientProvider = {
    redirectUrl: "http://127.0.0.1:1/callback",
    clientMetadata: { redirect_uris: ["http://127.0.0.1:1/callback"] },
    clientInformation: () => undefined,
    saveClientInformation() {},
    tokens: () => ({ access_token: "wrong", token_type: "Bearer" }),
    saveTokens() {},
    redirectToAuthorization() {},
    saveCodeVerifier() {},
    codeVerifier: () => "",
  };
  const transport = new StreamableHTTPClientTransport(new URL(server.url), { authProvider });
  const client = new Client({ name: "test", version: "1" });
  await assert.rejects(client.connect(transport), /no OAuth here.*Authorization: Bearer TOKEN/);
});

Deno.test("the HTTP server answers 413 when a request is too large, and lives on", async () => {
  const server = await shared.http();
  // One byte too much, and nothing that says so before: all is sent when it is refused.
  const body = new Blob(["x".repeat(32 * 2 ** 20 + 1)]).stream();
  const large = await post(server.url, server.authorization, body);
  assert.equal(large.status, 413);
  assert.equal((await post(server.url, server.authorization)).status, 400);
});

Deno.test("the HTTP server runs a script of 5 MB", async () => {
  const [home, server] = [await shared.home(), await shared.http()];
  const script_content = `print("end")\n#${"\\".repeat(5 * 10 ** 6 - 20)}`;
  for (const version of ["2025-11-25", "2026-07-28"] as const) {
    const client = new RawHttp(server, version);
    if (version === "2025-11-25") await client.initialize();
    const { stdout } = await client.call("py_run_script_in_dir", {
      directory: home.path,
      script_content,
      use_uv: false,
    }, version === "2026-07-28" ? { _meta: modernMeta() } : {});
    assert.equal(stdout, "end\n");
  }
});

for (
  const [what, body, code] of [
    ["is no JSON", "{", -32700],
    ["is empty", "", -32700],
    ["is no message", `{"jsonrpc":"1.0"}`, undefined],
  ] as const
) {
  Deno.test(`the HTTP server answers 400 when a body ${what}`, async () => {
    const server = await shared.http();
    const { status, text } = await post(server.url, server.authorization, body);
    assert.equal(status, 400);
    if (code !== undefined) assert.equal(JSON.parse(text).error.code, code);
  });
}

Deno.test("serve --http warns when it listens beyond this machine", async () => {
  await using home = await TestHome.create();
  await using server = await HttpServerProcess.start({
    home: home.path,
    args: ["--host", "0.0.0.0"],
  });
  await waitFor(() => /WARNING: 0\.0\.0\.0 can be reached/.test(server.stderr), {
    what: "the warning",
  });
  const port = new URL(server.url).port;
  const { status } = await post(`http://127.0.0.1:${port}/mcp`, server.authorization);
  assert.equal(status, 400); // let in, without a session
});

Deno.test("serve --http says in one sentence that its port is in use, and ends otherwise than with code 0", async () => {
  const [home, server] = [await shared.home(), await shared.http()];
  const { port } = new URL(server.url);
  const child = startProgram(["serve", "--http", "--port", port], { home: home.path });
  const { code, stderr, stdout } = await untilEnded(child);
  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /^(python-mcp: )?Cannot listen on 127.0.0.1:\d+: the port is in use; choose another .*\n$/,
  );
});
