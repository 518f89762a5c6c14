import assert from "node:assert/strict";
import { UserError } from "../../../lib/base/user_error.ts";
import { FORMATS } from "../../../lib/serve/install/formats.ts";
import { planChange } from "../../../lib/serve/install/plan_change.ts";
import { TestHome } from "../../helpers/test_home.ts";

const ENTRY = { command: "/a b/deno", args: ["run", "c:\\d", 'é "q"'], env: { PATH: "/x:/y" } };
const AT = ["servers", "python-mcp"] as const;

type Case = [format: keyof typeof FORMATS, text: string];

/** Ways to write a file that are valid and unusual. */
const UNUSUAL: Record<string, Case> = {
  "JSON on one line": ["json", '{"servers": {"mine": {"command": "x"}}, "z": 1}\n'],
  "JSON with a comment before the brace": ["json", '{\n "servers": {\n  "m": 1 // behind\n }\n}'],
  "JSON with a list in the place of the servers' table": ["json", '{"servers": []}'],
  "JSON of comments alone": ["json", "// nothing yet"],
  "TOML with whole numbers beyond doubles": ["toml", "a = 9223372036854775807\n"],
  "TOML without a last line end": ["toml", 'a = 1\n[servers.mine]\ncommand = "x" # c'],
  "TOML with lines of Windows": [
    "toml",
    "a = 1\r\n\r\n[servers.mine]\r\nb = [\r\n  2, # c\r\n]\r\n",
  ],
  "TOML with the servers' own header": ["toml", "[servers]\n# none yet\n\n[other]\nb = 1\n"],
  "TOML with a date": ["toml", "a = 2026-11-28T00:00:00Z\n"],
  "YAML that is empty but for a comment": ["yaml", "# nothing\n"],
  "YAML without a last line end": ["yaml", "servers:\n  mine:\n    command: x # c"],
  "YAML in flow style": ["yaml", "servers: {mine: {command: x}} # c\nz: 1\n"],
  "YAML with nothing under the servers' key": ["yaml", "servers:\nz: 1\n"],
  "YAML with four spaces, comments between and text in blocks": [
    "yaml",
    "# top\nservers:\n    mine:\n        text: |\n            a\n\n            b\n    # last\nz: &a [1]\ny: *a\n",
  ],
  "YAML with lines of Windows": ["yaml", "servers:\r\n  mine:\r\n    command: x\r\nz: 1\r\n"],
};

for (const [what, [format, text]] of Object.entries(UNUSUAL)) {
  Deno.test(`an entry goes into a file and out of it, and all else stays, when it is ${what}`, async () => {
    await using home = await TestHome.create();
    const file = home.join("file");
    const target = { file, format: FORMATS[format], at: AT };
    const read = () =>
      JSON.parse(JSON.stringify(
        FORMATS[format].read(Deno.readTextFileSync(file)),
        (_, one) => typeof one === "bigint" ? String(one) : one,
      ));
    Deno.writeTextFileSync(file, text);
    const { servers, ...rest } = read();
    planChange(target, ENTRY).apply();
    assert.deepEqual(read(), { ...rest, servers: { ...servers, "python-mcp": ENTRY } });
    for (const [comment] of text.matchAll(/(#|\/\/) \w+/g)) {
      assert(Deno.readTextFileSync(file).includes(comment), comment);
    }
    assert.equal(planChange(target, ENTRY).action, "unchanged");
    const other = { ...ENTRY, args: ["other"] };
    planChange(target, other).apply();
    assert.deepEqual(read().servers["python-mcp"], other);
    // Without the copy from before, it is taken out of what is there.
    Deno.removeSync(`${file}.before-python-mcp`);
    planChange(target, undefined).apply();
    const after = read();
    assert.deepEqual({ ...after, servers: after.servers ?? {} }, {
      ...rest,
      servers: Array.isArray(servers) ? {} : servers ?? {},
    });
    for (const [comment] of text.matchAll(/(#|\/\/) \w+/g)) {
      assert(Deno.readTextFileSync(file).includes(comment), comment);
    }
  });
}

/** What cannot be changed; nothing is written then. */
const REFUSED: Record<string, [...Case, RegExp]> = {
  "TOML with a text that looks like the entry": [
    "toml",
    'a = """\n[servers.python-mcp]\n"""\n',
    /Cannot change servers → python-mcp in .* Nothing was changed\. Add this by hand/,
  ],
  "invalid JSON": ["json", '{\n  "a": \n', /line 3 is invalid JSON/],
  "invalid TOML": ["toml", "a = 1\nb = \n", /line 2 is invalid TOML/],
  "invalid YAML": ["yaml", "a: 1\n b: [\n", /line \d is invalid YAML/],
  "a list of JSON": ["json", "[1]\n", /does not hold a JSON object/],
  "YAML that is only a text": ["yaml", "some words\n", /does not hold a YAML object/],
  "TOML with an inline table of servers": [
    "toml",
    'servers = { mine = { command = "x" } }\n',
    /Cannot change servers → python-mcp in .* Nothing was changed\. Add this by hand:\n\[servers\.python-mcp\]\ncommand = /,
  ],
  "a text in the place of JSON's servers": [
    "json",
    '{"servers": "x"}',
    /servers is "x", which is no/,
  ],
  "a list of servers in JSON": ["json", '{"servers": [{}]}', /servers is \[\{\}\], which is no/],
  "a text in the place of YAML's servers": ["yaml", "servers: x\n", /servers is "x", which is no/],
  "JSON that has the servers twice": [
    "json",
    '{"servers": {}, "servers": {"python-mcp": {}}}',
    /Nothing was changed\. Add this by hand/,
  ],
  "JSON that is nested too deeply": [
    "json",
    `{"a": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    /is nested too deeply/,
  ],
  "YAML with an alias that names nothing": ["yaml", "a: *b\n", /is invalid YAML \(.*alias/],
  "YAML whose entry others refer to": [
    "yaml",
    "servers:\n  python-mcp: &a\n    cmd: x\n  mine: *a\n",
    /Nothing was changed\. Add this by hand/,
  ],
};

for (const [what, [format, text, message]] of Object.entries(REFUSED)) {
  Deno.test(`a file stays as it is, and the reason is said, when it is ${what}`, async () => {
    await using home = await TestHome.create();
    const file = home.join("file");
    Deno.writeTextFileSync(file, text);
    assert.throws(
      () => planChange({ file, format: FORMATS[format], at: AT }, ENTRY),
      (error: Error) => error instanceof UserError && message.test(error.message),
    );
    // What has no entry needs no change; else it is refused as well.
    try {
      planChange({ file, format: FORMATS[format], at: AT }, undefined).apply();
    } catch (error) {
      assert(error instanceof UserError, String(error));
    }
    assert.equal(Deno.readTextFileSync(file), text);
  });
}

Deno.test("what a person added to the entry stays when it is written again, and how it starts is new", async () => {
  await using home = await TestHome.create();
  const file = home.join("file");
  const target = { file, format: FORMATS.json, at: AT };
  const mine = {
    command: "old",
    url: "old",
    trust: true,
    tools: ["one"],
    env: { A: "1", PATH: "/" },
  };
  const written = JSON.stringify({ servers: { "python-mcp": mine } });
  Deno.writeTextFileSync(file, written);
  planChange(target, { ...ENTRY, tools: ["*"] }).apply();
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(file)).servers["python-mcp"], {
    ...ENTRY,
    trust: true,
    tools: ["one"],
    env: { A: "1", PATH: "/x:/y" },
  });
  assert.equal(Deno.readTextFileSync(`${file}.before-python-mcp`), written);
  planChange(target, undefined).apply();
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(file)), { servers: {} });
});

Deno.test("a file that install made goes with the entry, though the entry was changed since", async () => {
  await using home = await TestHome.create();
  const target = { file: home.join("file"), format: FORMATS.toml, at: AT };
  for (const entry of [ENTRY, { ...ENTRY, command: "/new/deno" }, undefined]) {
    planChange(target, entry).apply();
  }
  assert.deepEqual([...Deno.readDirSync(home.path)].map(({ name }) => name), []);
});

Deno.test("the token of an address is not shown when its entry has to be added by hand", async () => {
  await using home = await TestHome.create();
  const file = home.join("file");
  Deno.writeTextFileSync(file, "servers = {}\n");
  const entry = { url: "http://x", http_headers: { Authorization: "Bearer a-token" } };
  assert.throws(() => planChange({ file, format: FORMATS.toml, at: AT }, entry), (error: Error) => {
    return /Bearer \*{4}/.test(error.message) && !error.message.includes("a-token");
  });
});
