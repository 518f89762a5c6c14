import assert from "node:assert/strict";
import { parse, type ParseError } from "jsonc-parser";
import { type DocBlock, docBlocks, DOCUMENTS, readDocument } from "./helpers/doc_blocks.ts";
import { DocScene } from "./helpers/doc_scene.ts";

/** Other blocks show what is seen, or how other programs are set up. */
const TRIED = ["sh", "ts", "python", "json", "jsonc"];
/** What stands for the reader's own things in snippets. */
const READERS_OWN: Record<string, string> = {
  ts: `const items = ["a"];\nasync function workOn(_: string) {}\n`,
  python: `items = ["a"]\nnames = ["b"]\ndef work_on(item): pass\n`,
};

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
    scene.write(`line_${line}.ts`, READERS_OWN.ts + text);
    await scene.run("deno", "run", "-A", `line_${line}.ts`);
  } else if (language === "python" && !file) {
    scene.write(`line_${line}.py`, READERS_OWN.python + text);
    await scene.run("python-mcp", "run", "--no-uv", `line_${line}.py`);
  }
}

Deno.test("the TypeScript that the documents show has the right types", async () => {
  await using scene = await DocScene.create();
  const files = DOCUMENTS.flatMap((document) =>
    docBlocks(readDocument(document))
      .filter(({ language, notRun }) => language === "ts" && notRun === undefined)
      .map(({ line, text }) => {
        const name = `${document.replaceAll(/\W/g, "_")}_${line}.ts`;
        scene.write(name, READERS_OWN.ts + text);
        return name;
      })
  );
  assert(files.length > 1);
  scene.write("wrong.ts", "const number: number = 'text';\n");
  const { stderr } = await scene.try("deno", "check", ...files, "wrong.ts");
  // The error that is there on purpose, and no other.
  assert.match(stderr, /TS2322/);
  assert.match(stderr, /at .*wrong\.ts:1:/);
  assert.equal(stderr.match(/TS\d+ /g)!.length, 1, stderr);
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
