import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type FetchServer, serveFetch } from "../../../lib/serve/http/serve_fetch.ts";
import { waitFor } from "../../helpers/wait_for.ts";

const HOSTNAME = "127.0.0.1";
const GET = "GET / HTTP/1.1\r\nHost: here\r\n";

/** A server that answers `here`; `/later` when told to, `/never` not at all. */
class Server implements AsyncDisposable {
  readonly later = Promise.withResolvers<void>();
  /** The requests whose clients left before their answers. */
  left = 0;
  readonly #server: FetchServer;
  readonly #opened: Deno.Conn[] = [];

  constructor(options: { most?: number; headersMs?: number } = {}) {
    this.#server = serveFetch(
      {
        hostname: HOSTNAME,
        port: 0,
        most: 1000,
        mostRequests: 1000,
        warn: assert.fail,
        ...options,
      },
      async (request) => {
        request.signal.addEventListener("abort", () => this.left++);
        const { pathname } = new URL(request.url);
        if (pathname === "/later") await this.later.promise;
        if (pathname === "/never") await new Promise(() => {});
        return new Response("here");
      },
    );
  }

  get url(): string {
    return `http://${HOSTNAME}:${this.#server.port}`;
  }

  /** Opens a connection and sends the beginning of a request. */
  async open(text = ""): Promise<Deno.TcpConn> {
    const connection = await Deno.connect({ hostname: HOSTNAME, port: this.#server.port });
    this.#opened.push(connection);
    if (text) await connection.write(new TextEncoder().encode(text));
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.later.resolve();
    for (const connection of this.#opened) close(connection);
    await this.#server.close();
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed before.
  }
}

/** What a connection brings next; empty when the server has closed it. */
async function next(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(10_000);
  const length = await connection.read(buffer).catch(() => null);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

async function textOf(response: Promise<Response>): Promise<string> {
  return await (await response).text();
}

for (
  const [what, text] of [
    ["that say nothing", ""],
    ["with headers that never end", GET],
    ["with a body that never comes", `POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n`],
  ]
) {
  Deno.test(`a new connection is answered when there are too many ${what}`, async () => {
    await using server = new Server({ most: 4 });
    for (let n = 0; n < 12; n++) await server.open(text);
    assert.equal(await textOf(fetch(server.url)), "here");
  });
}

Deno.test("a request that is being answered keeps its connection when there are too many", async () => {
  await using server = new Server({ most: 4 });
  const answer = textOf(fetch(`${server.url}/later`));
  for (let n = 0; n < 12; n++) await server.open();
  server.later.resolve();
  assert.equal(await answer, "here");
});

for (const [what, text] of [["says nothing", ""], ["sends headers byte by byte", GET]]) {
  Deno.test(`a connection is closed in time when it ${what}`, async () => {
    await using server = new Server({ headersMs: 300 });
    const connection = await server.open(text);
    const dribble = text && setInterval(() => {
      connection.write(new Uint8Array([65])).catch(() => {});
    }, 50);
    assert.equal(await next(connection), "");
    if (dribble) clearInterval(dribble);
  });
}

Deno.test("a connection serves another request when the body of the first was not read", async () => {
  await using server = new Server();
  const body = "x".repeat(5_000_000);
  const connection = await server.open();
  const all = `POST / HTTP/1.1\r\nHost: here\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
    "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
  const written = (async () => {
    const bytes = new TextEncoder().encode(all);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  })();
  let text = "";
  for (let piece = await next(connection); piece; piece = await next(connection)) text += piece;
  await written;
  assert.equal(text.match(/HTTP\/1.1 200/g)?.length, 2);
});

Deno.test("a request's signal is aborted at once when its client closes the connection", async () => {
  await using server = new Server();
  const connection = await server.open("GET /never HTTP/1.1\r\nHost: here\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(server.left, 0);
  connection.close();
  await waitFor(() => server.left === 1, { what: "the news" });
});

for (const method of ["TRACE", "PUT", "PATCH"]) {
  Deno.test(`${method} is answered with 405 and the methods that there are`, async () => {
    await using server = new Server();
    const connection = await server.open(`${method} / HTTP/1.1\r\nHost: here\r\n\r\n`);
    const answer = await next(connection);
    assert.match(answer, /^HTTP\/1.1 405 [^\r]*\r\nAllow: GET, HEAD, POST, DELETE, OPTIONS\r\n/);
  });
}

for (const target of ["*", "nonsense", "http://[", "//"]) {
  Deno.test(`a request for ${target} does not reach another host, and no fault of ours`, async () => {
    await using server = new Server();
    const connection = await server.open(`GET ${target} HTTP/1.1\r\nHost: here\r\n\r\n`);
    assert.match(await next(connection), /^HTTP\/1.1 (400|200) /);
  });
}

Deno.test("a server goes on when it had no descriptor left for a connection", async () => {
  const program = fileURLToPath(import.meta.resolve("../../fixtures/http/serve_many.ts"));
  const child = new Deno.Command("bash", {
    args: ["-c", `ulimit -n 100; exec '${Deno.execPath()}' run -A --no-prompt '${program}'`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  child.status.then(() => running = false);
  const stderr = new Response(child.stderr).text();
  const opened: Deno.Conn[] = [];
  try {
    const reader = child.stdout.getReader();
    const port = Number(new TextDecoder().decode((await reader.read()).value));
    await reader.cancel();
    for (let n = 0; n < 150; n++) opened.push(await Deno.connect({ hostname: HOSTNAME, port }));
    const url = `http://${HOSTNAME}:${port}`;
    // With all of them open, and when they are closed.
    assert.equal(await textOf(fetch(url, { signal: AbortSignal.timeout(20_000) })), "here");
    for (const connection of opened) close(connection);
    assert.equal(await textOf(fetch(url, { signal: AbortSignal.timeout(20_000) })), "here");
  } finally {
    for (const connection of opened) close(connection);
    if (running) child.kill("SIGKILL");
    await child.status;
    assert.match(await stderr, /cannot take a connection: Too many open files/);
  }
});
