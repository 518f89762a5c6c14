import assert from "node:assert/strict";
import { createOriginGuard } from "../../../lib/serve/access/http_guard.ts";

/** The status that refuses a request; `undefined` lets it in. */
function refusal(hostname: string, url: string, origin?: string): number | undefined {
  const headers = new Headers({ Host: new URL(url).host });
  if (origin) headers.set("Origin", origin);
  return createOriginGuard(hostname)(new Request(url, { headers }))?.status;
}

Deno.test("a server of this machine lets in its own pages and no other site's", () => {
  assert.equal(refusal("127.0.0.1", "http://127.0.0.1:8000/"), undefined);
  assert.equal(refusal("127.0.0.1", "http://localhost:8000/", "http://localhost:8000"), undefined);
  assert.equal(refusal("127.0.0.1", "http://127.0.0.1:8000/", "https://evil.example"), 403);
  assert.equal(refusal("127.0.0.1", "http://evil.example:8000/"), 403);
});

Deno.test("a server open to the network lets in its own pages under every name", () => {
  assert.equal(
    refusal("0.0.0.0", "http://192.168.1.5:8000/", "http://192.168.1.5:8000"),
    undefined,
  );
  assert.equal(refusal("0.0.0.0", "http://192.168.1.5:8000/", "http://192.168.1.6:8000"), 403);
  assert.equal(refusal("0.0.0.0", "http://192.168.1.5:8000/", "https://evil.example"), 403);
});
