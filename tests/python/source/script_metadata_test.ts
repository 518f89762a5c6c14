import assert from "node:assert/strict";
import {
  readScriptMetadata,
  writeScriptMetadata,
} from "../../../lib/python/source/script_metadata.ts";

const header = `# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich",
# ]
#
# [tool.uv]
# exclude-newer = "2025-01-01T00:00:00Z"
# ///
`;

Deno.test("readScriptMetadata reads a block and its tool tables", async () => {
  const read = await readScriptMetadata(`#!/usr/bin/env python\n${header}print(1)\n`);
  assert.deepEqual(structuredClone(read), {
    dependencies: ["requests<3", "rich"],
    requiresPython: ">=3.11",
    tool: { uv: { "exclude-newer": "2025-01-01T00:00:00Z" } },
    block: { start: 2, end: 11 },
  });
});

Deno.test("readScriptMetadata reads Windows line ends", async () => {
  const read = await readScriptMetadata(header.replaceAll("\n", "\r\n"));
  assert.deepEqual(read?.dependencies, ["requests<3", "rich"]);
});

const without: [what: string, source: string][] = [
  ["no block", "print(1)\n"],
  ["a block that is not closed", "# /// script\n# dependencies = []\nprint(1)\n"],
  ["a block without content", "# /// script\n# ///\n"],
  ["a block of another type", "# /// other\n# dependencies = []\n# ///\n"],
  ["an indented block", "  # /// script\n  # dependencies = []\n  # ///\n"],
];

for (const [what, source] of without) {
  Deno.test(`readScriptMetadata finds nothing in ${what}`, async () => {
    assert.equal(await readScriptMetadata(source), undefined);
  });
}

Deno.test("readScriptMetadata takes the last closing line of a run of comments", async () => {
  const source = "# /// script\n# dependencies = []\n# # ///\n# requires-python = '>=3.9'\n# ///\n";
  assert.equal((await readScriptMetadata(source))?.requiresPython, ">=3.9");
});

const broken: [what: string, source: string, message: RegExp][] = [
  ["two blocks", `${header}\n${header}`, /2 `# \/\/\/ script` blocks \(lines 1 and 12\)/],
  ["invalid TOML", "\n# /// script\n# a = 1\n# dependencies = [\n# ///\n", /line \d: .*TOML/],
  ["other dependencies", "# /// script\n# dependencies = 'a'\n# ///\n", /list of strings/],
  ["another requires-python", "# /// script\n# requires-python = 3\n# ///\n", /must be a string/],
];

for (const [what, source, message] of broken) {
  Deno.test(`readScriptMetadata rejects ${what}`, () =>
    assert.rejects(readScriptMetadata(source), { name: "UserError", message }));
}

Deno.test("readScriptMetadata names the line of the file that is not TOML", () =>
  assert.rejects(readScriptMetadata("\n# /// script\n# a = 1\n# b = = 2\n# ///\n"), /line 4/));

Deno.test("writeScriptMetadata merges into a block and keeps its tables", async () => {
  const written = await writeScriptMetadata(`${header}print(1)\n`, {
    dependencies: ["Requests>=2", "pandas"],
  });
  const read = await readScriptMetadata(written);
  assert.deepEqual(read?.dependencies, ["rich", "Requests>=2", "pandas"]);
  assert.equal(read?.requiresPython, ">=3.11");
  assert.deepEqual(structuredClone(read?.tool), {
    uv: { "exclude-newer": "2025-01-01T00:00:00Z" },
  });
  assert.ok(written.endsWith("# ///\nprint(1)\n"));
});

Deno.test("writeScriptMetadata puts a new block after shebang and encoding", async () => {
  const start = "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n";
  const written = await writeScriptMetadata(`${start}'''Doc.'''\n`, { requiresPython: ">=3.9" });
  assert.equal(
    written,
    `${start}# /// script\n# requires-python = ">=3.9"\n# dependencies = [  ]\n# ///\n\n'''Doc.'''\n`
      .replace("[  ]", /\[.*\]/.exec(written)![0]),
  );
});

Deno.test("writeScriptMetadata keeps Windows line ends", async () => {
  const written = await writeScriptMetadata("print(1)\r\n", { dependencies: ["six"] });
  assert.match(written, /^# \/\/\/ script\r\n/);
  assert.doesNotMatch(written, /[^\r]\n/);
  assert.deepEqual((await readScriptMetadata(written))?.dependencies, ["six"]);
});

Deno.test("writeScriptMetadata rejects what is no requirement", () =>
  assert.rejects(writeScriptMetadata("", { dependencies: ["six =1"] }), { name: "UserError" }));
