import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { TOOLS } from "../lib/mcp/tools.ts";
import { README, readmeParts, withParts } from "./helpers/readme_parts.ts";

const STALE = "README.md is stale: run `deno task readme`";

Deno.test("the generated parts of the README are those of the code", async () => {
  const readme = await Deno.readTextFile(README);
  assert.equal(readme, withParts(readme, await readmeParts()), STALE);
  for (const { name } of TOOLS) assert(readme.includes(`\`${name}\``), name);
});

Deno.test("a README whose generated part differs is found to be stale", async () => {
  const readme = await Deno.readTextFile(README);
  const changed = readme.replace("`py_list_jobs`", "`py_list_job`");
  assert.notEqual(changed, readme);
  assert.notEqual(withParts(changed, await readmeParts()), changed);
});

Deno.test("the README names every task that it needs, and only tasks that exist", async () => {
  const readme = await Deno.readTextFile(README);
  const named = [...readme.matchAll(/\btask ([a-z:]+)/g)].map((match) => match[1]!);
  assert(named.includes("demo") && named.includes("test"));
  for (const name of named) assert(name in config.tasks, name);
});
