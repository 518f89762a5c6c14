import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { embeddedFiles, installFiles } from "../../lib/base/install_files.ts";
import { TestHome } from "../helpers/test_home.ts";

Deno.test("files are put into a home, without what a server has left that was killed meanwhile", async () => {
  await using home = await TestHome.create();
  const embedded = embeddedFiles("some", { "a.py": "a", "b/c.py": "c", "d/": "" });
  const folder = installFiles(home.join("first"), embedded);
  const runtime = home.join("second", "runtime");
  Deno.mkdirSync(join(runtime, `${basename(folder)}.0123abcd.new`, "b"), { recursive: true });
  Deno.mkdirSync(join(runtime, "other-0.0123abcd.new"));
  const names = () => [...Deno.readDirSync(runtime)].map(({ name }) => name).sort();
  const installed = installFiles(home.join("second"), embedded);
  assert.deepEqual(names(), ["other-0.0123abcd.new", basename(folder)].sort());
  assert.equal(Deno.readTextFileSync(join(installed, "b/c.py")), "c");
});
