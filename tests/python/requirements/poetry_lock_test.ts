import assert from "node:assert/strict";
import { join } from "node:path";
import { readPoetryLock } from "../../../lib/python/requirements/poetry_lock.ts";

const LOCKS: Record<string, [text: string, constraints: string, undecided?: string[]]> = {
  "of the newest format": [
    '[[package]]\nname = "idna"\nversion = "3.4"\ngroups = ["main"]\nmarkers = "extra == \'a\'"\nfiles = []\n' +
    '[[package]]\nname = "Typing_Extensions"\nversion = "4.1"\n[metadata]\nlock-version = "2.1"\n',
    "idna==3.4\ntyping-extensions==4.1\n",
  ],
  "of the first format": [
    '[[package]]\nname = "idna"\nversion = "3.3"\ncategory = "main"\noptional = false\n' +
    '[package.dependencies]\nsix = "*"\n[metadata]\nlock-version = "1.0"\n[metadata.files]\nidna = []\n',
    "idna==3.3\n",
  ],
  "with several versions of a package and when each counts": [
    '[[package]]\nname = "idna"\nversion = "3.3"\nmarkers = "python_version < \'3.8\'"\n' +
    '[[package]]\nname = "idna"\nversion = "3.4"\nmarkers = "python_version >= \'3.8\'"\n',
    "idna==3.3 ; python_version < '3.8'\nidna==3.4 ; python_version >= '3.8'\n",
  ],
  "with several versions of a package": [
    '[[package]]\nname = "idna"\nversion = "3.3"\n[[package]]\nname = "idna"\nversion = "3.4"\n',
    "",
    ["idna"],
  ],
  "with packages from an index, a folder, a file, a URL and a repository": [
    ["legacy", "directory", "file", "url", "git"].map((type, n) =>
      `[[package]]\nname = "a${n}"\nversion = "1+cpu"\n[package.source]\ntype = "${type}"\nurl = "x"\n`
    ).join(""),
    "a0==1+cpu\n",
  ],
  "that is empty": ["", ""],
};
for (const [what, [text, constraints, undecided = []]] of Object.entries(LOCKS)) {
  Deno.test(`readPoetryLock reads a lock ${what}`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      Deno.writeTextFileSync(join(folder, "poetry.lock"), text);
      assert.deepEqual(await readPoetryLock(folder), { constraints, undecided });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

Deno.test("readPoetryLock finds none where there is none", async () => {
  assert.equal(await readPoetryLock("/nowhere"), undefined);
});
