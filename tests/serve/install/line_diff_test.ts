import assert from "node:assert/strict";
import { lineDiff } from "../../../lib/serve/install/line_diff.ts";
import { TestHome } from "../../helpers/test_home.ts";

const CHANGES: Record<string, [before: string, after: string]> = {
  "only blank lines change": ["a\nb\nc\n", "a\n\nb\n   \nc\n"],
  "blank lines go": ["{\n\n\n}\n", "{\n}\n"],
  "two places change": ["1\n2\n3\n4\n5\n6\n7\n8\n9\n", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n"],
  "nothing was there before": ["", '{\n  "a": 1\n}\n'],
  "the file goes": ["a\nb\n", ""],
  "the last line gets its end": ["a\nb", "a\nb\n"],
  "the ends of lines change": ["a\r\nb\r\n", "a\nb\r\n"],
};

for (const [name, [before, after]] of Object.entries(CHANGES)) {
  Deno.test(`the diff is that of diff(1) when ${name}`, async () => {
    await using home = await TestHome.create();
    Deno.writeTextFileSync(home.join("a"), before);
    Deno.writeTextFileSync(home.join("b"), after);
    const { stdout } = await new Deno.Command("diff", { args: ["-U2", "a", "b"], cwd: home.path })
      .output();
    const [, , ...lines] = new TextDecoder().decode(stdout).replace(/\n$/, "").split("\n");
    // diff(1) leaves out a count of one.
    const expected = lines.map((line) =>
      line.startsWith("@@") ? line.replaceAll(/([-+]\d+) /g, "$1,1 ") : line
    );
    assert.equal(lineDiff(before, after), expected.join("\n"));
  });
}

Deno.test("the diff is empty when nothing changes", () => {
  assert.equal(lineDiff("a\n\nb\n", "a\n\nb\n"), "");
});
