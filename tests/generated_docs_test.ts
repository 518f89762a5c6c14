import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { TOOLS } from "../lib/mcp/tools/tools.ts";
import { docParts, readDocument, withParts } from "./helpers/doc_parts.ts";

Deno.test("the generated parts of the documents are those of the code", async () => {
  for (const [document, parts] of Object.entries(await docParts())) {
    const text = await readDocument(document);
    assert.equal(text, withParts(text, parts), `${document} is stale: run \`deno task docs\``);
  }
});

Deno.test("a document whose generated part differs is found to be stale", async () => {
  const { "README.md": parts } = await docParts();
  const readme = await readDocument("README.md");
  const changed = readme.replace("`py_list_jobs`", "`py_list_job`");
  assert.notEqual(changed, readme);
  assert.notEqual(withParts(changed, parts!), changed);
});

Deno.test("the README names every tool", async () => {
  const readme = await readDocument("README.md");
  for (const { name } of TOOLS) assert(readme.includes(`\`${name}\``), name);
});

Deno.test("the README has at most 250 lines and 1,500 words", async () => {
  const readme = await readDocument("README.md");
  assert(readme.split("\n").length <= 251);
  assert(readme.split(/\s+/).length <= 1500);
});

Deno.test("the documents name only tasks that exist", async () => {
  for (const document of ["README.md", "CONTRIBUTING.md"]) {
    const named = [...(await readDocument(document)).matchAll(/\btask ([a-z:]+)/g)]
      .map((match) => match[1]!);
    assert(named.length > 0);
    for (const name of named) assert(name in config.tasks, `${document}: ${name}`);
  }
});
