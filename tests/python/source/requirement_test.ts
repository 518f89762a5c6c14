import assert from "node:assert/strict";
import {
  formatRequirement,
  normalizeName,
  parseRequirement,
  requirementName,
} from "../../../lib/python/source/requirement.ts";

Deno.test("normalizeName treats case and runs of - _ . alike", () => {
  assert.equal(normalizeName("Foo__Bar.-baz"), "foo-bar-baz");
});

Deno.test("requirementName finds the name before everything else", () => {
  for (const text of ["Foo", "foo>=1", "foo[x]", "foo @ https://x/y.whl", "foo;os_name=='nt'"]) {
    assert.equal(requirementName(text), "foo");
  }
});

Deno.test("formatRequirement spells alike what means the same", () => {
  const spell = (text: string) => formatRequirement(parseRequirement(text));
  assert.equal(spell(" Foo_Bar [ b , A ] >= 1 , < 2 "), "foo-bar[a,b]>=1,<2");
  assert.equal(spell("foo (>=1)"), "foo>=1");
  assert.equal(
    spell("foo==1.* ; python_version < '3.9'"),
    spell("foo == 1.*;python_version < '3.9'"),
  );
  assert.equal(
    spell("foo@https://x/y;z.whl ; os_name=='nt'"),
    "foo @ https://x/y;z.whl ; os_name=='nt'",
  );
});

const bad = ["", "-e .", "foo bar", "foo>=", "foo=1", "foo[", "foo @", "foo;", "../foo", "a\nb"];

for (const text of bad) {
  Deno.test(`parseRequirement rejects ${JSON.stringify(text)} with an example`, () => {
    assert.throws(() => parseRequirement(text), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.ok(error.message.includes(JSON.stringify(text)));
      assert.match(error.message, /`pandas>=2\.0,<3`/);
      return true;
    });
  });
}
