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

Deno.test("servers that start at once have one token, which is the one on disk", async () => {
  const source = `
    import { readHttpToken } from ${
    JSON.stringify(import.meta.resolve("../../../lib/serve/access/http_token.ts"))
  };
    const print = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\\n"));
    print("ready");
    await Deno.stdin.read(new Uint8Array(1));
    print(readHttpToken(Deno.args[0], undefined).value);`;
  for (let round = 0; round < 3; round++) {
    await using home = await TestHome.create();
    const servers = Array.from({ length: 5 }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", source, "--", home.join("home")],
        stdin: "piped",
        stdout: "piped",
      }).spawn());
    const readers = servers.map(({ stdout }) => stdout.getReader());
    for (const reader of readers) await reader.read();
    for (const { stdin } of servers) stdin.close();
    const tokens = await Promise.all(
      readers.map(async (reader) => new TextDecoder().decode((await reader.read()).value).trim()),
    );
    await Promise.all(servers.map(({ status }) => status));
    const kept = Deno.readTextFileSync(home.join("home/http_token")).trim();
    assert.deepEqual(new Set(tokens), new Set([kept]));
    assert.deepEqual([...Deno.readDirSync(home.join("home"))].map(({ name }) => name), [
      "http_token",
    ]);
  }
});
