import assert from "node:assert/strict";
import { PAGE_FILES } from "../../../lib/page/page_files.ts";
import { cliProcess } from "../../helpers/cli.ts";
import { DashboardServer, sharedDashboard } from "../../helpers/dashboard_server.ts";
import { TestHome } from "../../helpers/test_home.ts";

/** What one server answers to many requests. */
async function ask(
  server: DashboardServer,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(new URL(path, server.origin), { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Logs in with the token; returns the header that a browser sends from then on. */
async function logIn(server: DashboardServer): Promise<{ Cookie: string }> {
  const body = new URLSearchParams({ token: server.token });
  const { headers } = await ask(server, "/login", { method: "POST", body });
  return { Cookie: headers.get("set-cookie")!.split(";")[0]! };
}

const shared = sharedDashboard();

/** A test on the server of the file. */
function testEntry(name: string, run: (server: DashboardServer) => Promise<void>): void {
  Deno.test(name, async () => run((await shared()).server));
}

testEntry(
  "the page says how to log in, and nothing else, when the token is missing",
  async (server) => {
    const { status, headers, text } = await ask(server, "/");
    assert.equal(status, 401);
    assert.match(headers.get("content-type")!, /^text\/html/);
    assert.match(text, /main\.ts dashboard/);
    assert.doesNotMatch(text, /<script/);
  },
);

testEntry("the page comes at once when the token is sent", async (server) => {
  const response = await server.fetch("/");
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<script type="module" src="\/page\/js\/dashboard\.js">/);
});

testEntry(
  "the page may load nothing from elsewhere and run no script but its own",
  async (server) => {
    const response = await server.fetch("/");
    const policy = response.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /; script-src 'self'; style-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    const page = await response.text();
    assert.doesNotMatch(page, /<style|\sstyle=|<script[^>]*>[^<]|\son[a-z]+="/);
    for (const [name, text] of await filesOf(server, page)) {
      assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacent|document\.write/, name);
      assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\//, name);
    }
  },
);

/** The styles and modules that a page loads, by their paths: each must be there. */
async function filesOf(server: DashboardServer, page: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const paths = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (found.has(path)) continue;
    const { status, headers, text } = await ask(server, path);
    const type = path.endsWith(".css") ? "text/css" : "text/javascript";
    assert.deepEqual([status, headers.get("content-type")], [200, `${type}; charset=utf-8`], path);
    found.set(path, text);
    for (const [, name] of text.matchAll(/^(?:import|export) [^;]*?from "([^"]+)";/gm)) {
      paths.push(new URL(name!, new URL(path, server.origin)).pathname);
    }
  }
  return found;
}

testEntry(
  "the pages load every style and module that the server has, and nothing else is there",
  async (server) => {
    const jobs = await filesOf(server, await (await server.fetch("/")).text());
    const login = await filesOf(server, (await ask(server, "/")).text);
    const names = [...new Set([...jobs.keys(), ...login.keys()])].sort();
    assert.deepEqual(names, Object.keys(PAGE_FILES).map((name) => `/page/${name}`).sort());
    for (
      const path of ["/page/", "/page/js", "/page/js/none.js", "/page/__proto__", "/page/..%2f"]
    ) {
      assert.equal((await ask(server, path)).status, 404, path);
    }
  },
);

testEntry("the link lets in once, and never holds the token", async (server) => {
  assert(!server.address.includes(server.token));
  const first = await ask(server, server.address);
  assert.equal(first.status, 200);
  assert.match(first.headers.get("set-cookie")!, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assert(!first.headers.get("set-cookie")!.includes(server.token));
  const second = await ask(server, server.address);
  assert.equal(second.status, 401);
  assert.equal(second.headers.get("set-cookie"), null);
  assert.match(second.text, /has been used/);
});

testEntry("a code that was never given lets nobody in", async (server) => {
  for (const path of ["/login", "/login?code=", "/login?code=guessed"]) {
    assert.equal((await ask(server, path)).status, 401, path);
  }
});

testEntry("the token lets in when it is given in the form", async (server) => {
  const post = (token: string, headers: HeadersInit = {}) =>
    ask(server, "/login", { method: "POST", body: new URLSearchParams({ token }), headers });
  assert.equal((await post("wrong")).status, 401);
  const { status, headers } = await post(server.token);
  assert.equal(status, 200);
  const Cookie = headers.get("set-cookie")!.split(";")[0]!;
  assert.equal((await ask(server, "/api/jobs", { headers: { Cookie } })).status, 200);
});

testEntry("the cookie changes something only when the page itself asks", async (server) => {
  const cookie = await logIn(server);
  const cancel = async (headers: Record<string, string>) => {
    const init = { method: "POST", body: "{}", headers: { ...cookie, ...headers } };
    return (await ask(server, "/api/prune", init)).status;
  };
  assert.equal(await cancel({ Origin: server.origin, "Sec-Fetch-Site": "same-origin" }), 200);
  assert.equal(await cancel({}), 401);
  assert.equal(await cancel({ Origin: "https://evil.example" }), 403);
  // To a browser, another port of this machine is the same site: it sends the cookie along.
  assert.equal(await cancel({ Origin: "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site" }), 401);
  assert.equal(await cancel({ Origin: "null" }), 403);
});

testEntry("the cookie reads nothing when a page of another port asks", async (server) => {
  const cookie = await logIn(server);
  const read = async (headers: Record<string, string>) =>
    (await ask(server, "/api/jobs", { headers: { ...cookie, ...headers } })).status;
  assert.equal(await read({ "Sec-Fetch-Site": "same-origin" }), 200);
  assert.equal(await read({ "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors" }), 401);
  assert.equal(await read({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }), 401);
});

testEntry("the cookie does not open the MCP endpoint", async (server) => {
  const headers = { ...await logIn(server), "Content-Type": "application/json" };
  const { status } = await ask(server, "/mcp", { method: "POST", body: "{}", headers });
  assert.equal(status, 401);
});

Deno.test("the cookie still holds when the server is started again", async () => {
  await using home = await TestHome.create();
  const first = await DashboardServer.start(home);
  const headers = await logIn(first);
  await first.end();
  await using second = await DashboardServer.start(home);
  assert.equal((await ask(second, "/api/jobs", { headers })).status, 200);
});

Deno.test("the cookie opens no other home", async () => {
  const { server } = await shared();
  await using other = await TestHome.create();
  await using otherServer = await DashboardServer.start(other);
  const headers = await logIn(server);
  assert.equal((await ask(otherServer, "/api/jobs", { headers })).status, 401);
});

Deno.test("dashboard says what is in the way when its port is taken", async () => {
  const { home, server } = await shared();
  const { port } = new URL(server.origin);
  const { code, stderr } = await cliProcess(home, ["dashboard", "--no-open", "--port", port]);
  assert.equal(code, 1);
  assert.match(stderr, /the port is in use; choose another with --port/);
  assert.doesNotMatch(stderr, / {4}at /);
});
