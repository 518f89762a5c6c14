import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../../lib/base/user_error.ts";
import { notebookPath } from "../../../lib/runs/sessions/notebook_path.ts";
import { writeNotebook } from "../../../lib/runs/sessions/write_notebook.ts";

/** A folder with a folder `sub`, links, and a file. */
async function inFolder(body: (base: string) => void | Promise<void>): Promise<void> {
  const base = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    Deno.mkdirSync(join(base, "sub"));
    Deno.mkdirSync(join(base, "folder.ipynb"));
    Deno.writeTextFileSync(join(base, "old.ipynb"), "old");
    Deno.symlinkSync("/tmp", join(base, "away"));
    Deno.symlinkSync(join(base, "old.ipynb"), join(base, "link.ipynb"));
    await body(base);
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

for (
  const [path, expected] of [
    ["a.ipynb", "a.ipynb"],
    ["sub/a.IPYNB", "sub/a.IPYNB"],
    ["sub/../a b ü.ipynb", "a b ü.ipynb"],
    ["~/sub/a.ipynb", "sub/a.ipynb"],
  ] as const
) {
  Deno.test(`a notebook may be saved to ${path}`, () =>
    inFolder((base) => {
      assert.equal(notebookPath(path, base, { HOME: base }), join(base, expected));
    }));
}

const REFUSED: Record<string, [path: string, why: RegExp]> = {
  "without .ipynb": ["a.py", /ends with \.ipynb/],
  "that is only the ending": ["sub/.ipynb", /ends with \.ipynb/],
  "that is empty": ["", /ends with \.ipynb/],
  "with a NUL": ["a\0.ipynb", /NUL/],
  "in a folder that is not there": ["none/a.ipynb", /no folder \/.*\/none\. Create it/],
  "in a folder that is a file": ["old.ipynb/a.ipynb", /no folder/],
  "that leads through a link": ["away/a.ipynb", /\/away is a link\. Name the place/],
  "that leads through a link, and back": ["sub/../away/a.ipynb", /\/away is a link/],
  "that is a link": ["link.ipynb", /link\.ipynb is a link/],
  "that is a folder": ["folder.ipynb", /is not a file/],
};

for (const [what, [path, why]] of Object.entries(REFUSED)) {
  Deno.test(`a notebook is not saved to a path ${what}`, () =>
    inFolder((base) => {
      assert.throws(() => notebookPath(path, base, {}), (error: Error) => {
        assert(error instanceof UserError, error.stack);
        assert.match(error.message, why);
        return true;
      });
    }));
}

const env = Deno.env.toObject();

Deno.test("a notebook replaces another only when it is told to", () =>
  inFolder(async (base) => {
    const path = join(base, "old.ipynb");
    const text = JSON.stringify({ text: "ü".repeat(100_000) });
    assert.equal(await writeNotebook(path, text, false, env), false);
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.equal(await writeNotebook(path, text, true, env), true);
    assert.equal(Deno.readTextFileSync(path), text);
    assert.equal([...Deno.readDirSync(base)].length, 5);
  }));

Deno.test("a notebook that cannot be written says why, and leaves nothing", () =>
  inFolder(async (base) => {
    const cases: [string, RegExp][] = [
      [join(base, `${"n".repeat(250)}.ipynb`), /the path is too long/],
      [join(base, "none", "a.ipynb"), /a folder of this path is gone/],
      ["/proc/a.ipynb", /Cannot save the notebook \/proc\/a\.ipynb/],
    ];
    for (const [path, why] of cases) {
      for (const overwrite of [false, true]) {
        await assert.rejects(writeNotebook(path, "new", overwrite, env), (error: Error) => {
          assert(error instanceof UserError);
          assert.match(error.message, why);
          return true;
        });
      }
    }
    assert.equal([...Deno.readDirSync(base)].length, 5);
  }));
