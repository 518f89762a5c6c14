import assert from "node:assert/strict";
import { assemble } from "../../lib/page/assemble.ts";

const SKELETON = "<head><!-- styles --></head><body><!-- script --></body>";

/** What the one script of a page does. */
function run(html: string): unknown {
  const script = /<script>([^]*)<\/script>/.exec(html)![1]!;
  const seen: unknown[] = [];
  new Function("report", script)((value: unknown) => seen.push(value));
  return seen;
}

Deno.test("a page runs its modules as one when they import each other", () => {
  const { html } = assemble(SKELETON, [], [
    "export const half = 21;\nexport function twice(value) {\n  return value * 2;\n}\n",
    'import {\n  half,\n  twice,\n} from "./a.js";\nreport(twice(half));\n',
  ]);
  assert.deepEqual(run(html), [42]);
});

Deno.test("a page's policy allows exactly its script and its styles", async () => {
  const page = assemble(SKELETON, ["a { color: red; }", "b {}"], ["report(1);"]);
  const hash = async (tag: string) => {
    const text = new RegExp(`<${tag}>([^]*)</${tag}>`).exec(page.html)![1]!;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return `'sha256-${new Uint8Array(digest).toBase64()}'`;
  };
  assert.equal(page.scriptSource, await hash("script"));
  assert.equal(page.styleSource, await hash("style"));
});

Deno.test("a page is not put together when a module would end its script", () => {
  assert.throws(() => assemble(SKELETON, [], ["report('</script>');"]), /end its script/);
});
