import assert from "node:assert/strict";
import { parse, type ParseError } from "jsonc-parser";
import config from "../deno.json" with { type: "json" };
import { type DocBlock, docBlocks, DOCUMENTS, readDocument } from "./helpers/doc_blocks.ts";
import { DocScene } from "./helpers/doc_scene.ts";

/** Other blocks show what is seen, or how other programs are set up. */
const TRIED = ["sh", "ts", "python", "json", "jsonc"];
/** What stands for the reader's own things in snippets. */
const READERS_OWN = 'items = ["a"]\nnames = ["b"]\ndef work_on(item): pass\n';

for (const document of DOCUMENTS) {
  Deno.test(`what ${document} shows can be done as it stands there`, async (t) => {
    const blocks = docBlocks(readDocument(document));
    await using scene = await DocScene.create();
    scene.write("count.py", "print(1)\n");
    for (const { file, text } of blocks) if (file) scene.write(file, text);
    for (const block of blocks) {
      if (block.notRun !== undefined || !TRIED.includes(block.language)) continue;
      await t.step(`${block.language} in line ${block.line}`, () => tryOut(block, scene));
    }
  });
}

async function tryOut({ language, text, file, line }: DocBlock, scene: DocScene): Promise<void> {
  if (language === "json" || language === "jsonc") {
    const errors: ParseError[] = [];
    parse(text, errors);
    assert.deepEqual(errors, []);
  } else if (language === "sh") {
    await scene.run("bash", "-euo", "pipefail", "-c", text);
  } else if (language === "ts") {
    scene.write(`line_${line}.ts`, text);
    await scene.run("deno", "run", "-A", `line_${line}.ts`);
  } else if (language === "python" && !file) {
    scene.write(`line_${line}.py`, READERS_OWN + text);
    await scene.run("python-mcp", "run", "--no-uv", `line_${line}.py`);
  }
}

Deno.test("deno task check looks at the types of the TypeScript that the documents show", async () => {
  const files = DOCUMENTS.filter((document) =>
    docBlocks(readDocument(document)).some(({ language }) => language === "ts")
  );
  assert(files.length > 0);
  const [, named] = / \. (.*?) &&/.exec(config.tasks.check.command)!;
  const patterns = named!.split(" ").map((pattern) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`)
  );
  for (const file of files) assert(patterns.some((pattern) => pattern.test(file)), file);
  // As it does where a document is named.
  await using scene = await DocScene.create();
  scene.write("wrong.md", "```ts\nconst number: number = 'text';\n```\n");
  const { code, stderr } = await scene.try("deno", "check", "--doc", "wrong.md");
  assert.equal(code, 1);
  assert.match(stderr, /TS2322[^]*at .*wrong\.md#/);
});

Deno.test("a block that cannot be done fails, and one marked as not run is known", async () => {
  const [marked, sh, json] = docBlocks(
    "<!-- not run: it never ends -->\n\n```sh\nsleep 9\n```\n\n```sh\nfalse; true\n```\n" +
      "text\n\n```json\n{,}\n```\n",
  );
  assert.equal(marked!.notRun, "it never ends");
  assert.equal(sh!.line, 8);
  await using scene = await DocScene.create();
  await assert.rejects(tryOut(sh!, scene));
  await assert.rejects(tryOut(json!, scene));
});
