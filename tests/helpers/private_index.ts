import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

const WHEEL = "ourlib-1.0-py3-none-any.whl";
const METADATA = "Metadata-Version: 2.1\nName: ourlib\nVersion: 1.0\n";
/** With the time of the upload, by which uv leaves out what is newer than it may be. */
const PAGE = {
  meta: { "api-version": "1.1" },
  name: "ourlib",
  files: [{
    filename: WHEEL,
    url: `/files/${WHEEL}`,
    hashes: {},
    "core-metadata": true,
    "upload-time": "2020-01-01T00:00:00Z",
  }],
};
const BUILD = `
import base64, hashlib, io, os, sys, zipfile
files = {
    "ourlib_data.bin": os.urandom(int(sys.argv[1])),
    "ourlib.py": b"VALUE = 'ours'\\n",
    "ourlib-1.0.dist-info/METADATA": b"${METADATA.replaceAll("\n", "\\n")}",
    "ourlib-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\\nGenerator: test\\n"
                                  b"Root-Is-Purelib: true\\nTag: py3-none-any\\n",
}
record = ""
for name, data in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    record += "%s,sha256=%s,%d\\n" % (name, digest, len(data))
files["ourlib-1.0.dist-info/RECORD"] = (record + "ourlib-1.0.dist-info/RECORD,,\\n").encode()
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as wheel:
    for name, data in files.items():
        wheel.writestr(name, data)
sys.stdout.buffer.write(out.getvalue())
`;

/** A package index (PEP 691) with one distribution, `ourlib`, for who knows the password. */
export interface PrivateIndex extends AsyncDisposable {
  /** Without credentials. */
  host: string;
  /** With `user:s3cret@`. */
  url: string;
  /** The paths that were asked for with the right password. */
  served: string[];
  /** The paths that were asked for without it. */
  refused: string[];
  close(): Promise<void>;
}

export interface IndexOptions {
  /** How much data the distribution has. */
  bytes?: number;
  /** The content of the distribution is not sent before. */
  until?: Promise<void>;
  /** Serves HTTPS. */
  certificate?: { cert: string; key: string };
}

export function servePrivateIndex(options: IndexOptions = {}): PrivateIndex {
  const { bytes = 0, until, certificate } = options;
  const wheel = execFileSync("/usr/bin/python3", ["-c", BUILD, String(bytes)], {
    maxBuffer: 2 * bytes + 100_000,
  });
  const authorization = `Basic ${btoa("user:s3cret")}`;
  const served: string[] = [];
  const refused: string[] = [];
  const tls = certificate && {
    cert: Deno.readTextFileSync(certificate.cert),
    key: Deno.readTextFileSync(certificate.key),
  };
  const where = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve({ ...where, ...tls }, (request) => {
    const { pathname } = new URL(request.url);
    if (request.headers.get("authorization") !== authorization) {
      refused.push(pathname);
      return new Response("no", { status: 401, headers: { "www-authenticate": "Basic" } });
    }
    served.push(pathname);
    if (pathname === "/simple/ourlib/") {
      return new Response(JSON.stringify(PAGE), {
        headers: { "content-type": "application/vnd.pypi.simple.v1+json" },
      });
    }
    if (pathname === `/files/${WHEEL}.metadata`) return new Response(METADATA);
    if (pathname === `/files/${WHEEL}`) {
      const body = new ReadableStream({
        async start(controller) {
          await until;
          controller.enqueue(new Uint8Array(wheel));
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-length": String(wheel.length) } });
    }
    return new Response("no such page", { status: 404 });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const close = () => server.shutdown();
  return {
    host,
    url: `${certificate ? "https" : "http"}://user:s3cret@${host}/simple`,
    served,
    refused,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A proxy (HTTP, and tunnels for HTTPS) that sends everything to one server, whatever host is named. */
export async function serveProxy(
  target: string,
): Promise<AsyncDisposable & { url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url!);
    const url = new URL(request.url!);
    const { authorization } = request.headers;
    const answer = await fetch(`http://${target}${url.pathname}`, {
      headers: authorization ? { authorization } : {},
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(new Uint8Array(await answer.arrayBuffer()));
  });
  server.on("connect", (request, client) => {
    asked.push(request.url!);
    const [hostname, port] = target.split(":");
    const through = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(through).pipe(client);
    });
    for (const socket of [through, client]) {
      socket.on("error", () => {});
      socket.on("close", () => [through, client].forEach((one) => one.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
