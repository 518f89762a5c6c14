import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path";
import { docBlocks, DOCUMENTS, readDocument } from "./helpers/doc_blocks.ts";
import { anchorsOf, linksOf } from "./helpers/doc_links.ts";

const ROOT = new URL("../", import.meta.url);
const START = "docs/README.md";
const GUIDES = DOCUMENTS.filter((document) => document.startsWith("docs/guides/"));
const LARGEST_PICTURE = 150_000;

Deno.test("few blocks of the documents are not run, and each says why", () => {
  const notRun = DOCUMENTS.flatMap((document) =>
    docBlocks(readDocument(document))
      .filter((block) => block.notRun !== undefined)
  );
  assert(notRun.length <= 10, `${notRun.length} are not run`);
  for (const { notRun: why } of notRun) assert.match(why!, /\w{3}/);
});

Deno.test("the links of the documents lead to files and headings that are there", () => {
  let anchors = 0;
  for (const document of DOCUMENTS) {
    for (const link of linksOf(readDocument(document))) {
      const [path, anchor] = link.split("#");
      const target = path === "" ? document : join(dirname(document), path!);
      assert(Deno.statSync(new URL(target, ROOT)), `${document}: ${link}`);
      if (anchor === undefined) continue;
      anchors++;
      assert(anchorsOf(readDocument(target)).includes(anchor), `${document}: ${link}`);
    }
  }
  assert(anchors > 0);
});

Deno.test("the start page leads to every other document", () => {
  const reached = new Set(
    linksOf(readDocument(START)).map((link) => normalize(join("docs", link))),
  );
  const missing = DOCUMENTS.filter((document) => /^docs\/.*\/.*\.md$/.test(document))
    .filter((document) => !reached.has(document));
  assert.deepEqual(missing, []);
});

Deno.test("the page on configuration names every setting", () => {
  const page = readDocument("docs/reference/configuration.md");
  const read = ["lib/runs/settings.ts", "lib/runs/sandbox_settings.ts"]
    .flatMap((path) => readDocument(path).match(/\bPYTHON_MCP_[A-Z_]*[A-Z]\b/g)!);
  assert.deepEqual(read.filter((name) => !page.includes(`\`${name}\``)), []);
});

Deno.test("each guide begins with what you get and ends with what to read next", () => {
  for (const guide of [START, ...GUIDES]) {
    const paragraphs = readDocument(guide).trim().split(/\n{2,}/);
    assert.match(paragraphs[0]!, /^# /, guide);
    assert.match(paragraphs[1]!, /^What you get: /, guide);
    assert.match(paragraphs.at(-1)!, /(^|\s)Next: .*\]\(/s, guide);
  }
});

Deno.test("the pictures of the documents are small, and each is shown", () => {
  const shown = new Set(
    DOCUMENTS.flatMap((document) =>
      linksOf(readDocument(document)).map((link) => normalize(join(dirname(document), link)))
    ),
  );
  for (const { name } of Deno.readDirSync(new URL("docs/images/", ROOT))) {
    assert(shown.has(`docs/images/${name}`), name);
    assert(Deno.statSync(new URL(`docs/images/${name}`, ROOT)).size <= LARGEST_PICTURE, name);
  }
});

Deno.test("a heading's anchor is what sites make of it", () => {
  const markdown =
    "# A `b` & c\n\n## What it shows\n\n```sh\n# no heading\n```\n\n## [Link](x.md)\n";
  assert.deepEqual(anchorsOf(markdown), ["a-b--c", "what-it-shows", "link"]);
  assert.deepEqual(linksOf("[a](b.md#c) ![d](e.png) [f](https://g) [h](#i)\n```\n[j](k)\n```\n"), [
    "b.md#c",
    "e.png",
    "#i",
  ]);
});
