import assert from "node:assert/strict";
import { bearsToken, readHttpToken } from "../../../lib/serve/access/http_token.ts";
import { TestHome } from "../../helpers/test_home.ts";

const TOKEN = { value: "secret-token" };

for (
  const [header, bears] of [
    ["Bearer secret-token", true],
    ["bearer secret-token", true],
    ["Bearer  secret-token ", true],
    ["Bearer secret-toke", false],
    ["Bearer secret-token2", false],
    ["Bearer ", false],
    ["Basic secret-token", false],
    ["secret-token", false],
    ["Bearer secret-token secret-token", false],
    ["", false],
    [null, false],
  ] as const
) {
  Deno.test(`bearsToken is ${bears} when the header is ${JSON.stringify(header)}`, () => {
    assert.equal(bearsToken(header, TOKEN), bears);
  });
}

Deno.test("readHttpToken makes another token when the kept file is empty", async () => {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("http_token"), "");
  const { value, path } = readHttpToken(home.path, undefined);
  assert.match(value, /^[\w-]{43}$/);
  assert.equal(Deno.readTextFileSync(path!).trim(), value);
});
