import assert from "node:assert/strict";
import { checkSyntax } from "../../../lib/python/source/check_syntax.ts";
import { listInterpreters } from "../../../lib/python/interpreters/find_interpreters.ts";
import { skippableTest } from "../../helpers/skippable.ts";

Deno.test("checkSyntax names the line of an error", async () => {
  const found = await checkSyntax("x = 1\ny = = 2\n");
  assert.match(found!, /^SyntaxError: invalid syntax \(line 2\), says Python 3\.\d+$/);
});

Deno.test("checkSyntax has nothing to say about sound source", async () => {
  assert.equal(await checkSyntax('# -*- coding: utf-8 -*-\nprint("ä")\nx = 1 is 1\n'), undefined);
});

const minors = (await listInterpreters()).map(({ version }) => version.split(".")[1]);
const noTwo = ["9", "10"].some((one) => !minors.includes(one)) && "Python 3.9 or 3.10 is not here";

skippableTest("checkSyntax goes by the Python that the script is for", noTwo, async () => {
  const source = "match 1:\n    case 1: pass\n";
  assert.match((await checkSyntax(source, { requiresPython: "==3.9.*" }))!, /says Python 3\.9/);
  assert.equal(await checkSyntax(source, { requiresPython: "==3.10.*" }), undefined);
});

Deno.test("checkSyntax lets a script be for a Python that is not here", async () => {
  assert.equal(await checkSyntax("x = = 1\n", { requiresPython: ">=3.98" }), undefined);
});

Deno.test("checkSyntax reads a long source", async () => {
  assert.equal(await checkSyntax("x = 1\n".repeat(300_000)), undefined);
});
