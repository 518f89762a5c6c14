import assert from "node:assert/strict";
import { docBlocks, DOCUMENTS, readDocument } from "./helpers/doc_blocks.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("few blocks of the documents are not run, and each says why", () => {
  const notRun = DOCUMENTS.flatMap((document) =>
    docBlocks(readDocument(document))
      .filter((block) => block.notRun !== undefined)
  );
  assert(notRun.length <= 10, `${notRun.length} are not run`);
  for (const { notRun: why } of notRun) assert.match(why!, /\w{3}/);
});

Deno.test("the links of the documents lead to files that are there", () => {
  for (const document of DOCUMENTS) {
    const base = new URL(document, ROOT);
    for (const [, link] of readDocument(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert(Deno.statSync(new URL(link!, base)), `${document}: ${link}`);
    }
  }
});
