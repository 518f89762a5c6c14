import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { detectImports } from "../../../lib/python/source/detect_imports.ts";

/** What is found for a source in a folder with these files. */
async function detect(source: string, files: Record<string, string>) {
  const directory = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(join(directory, dirname(name)), { recursive: true });
      Deno.writeTextFileSync(join(directory, name), text);
    }
    return await detectImports(source, { directory, pythonVersion: "3.12" });
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

const FOLLOWED: Record<string, [source: string, files: Record<string, string>]> = {
  "a file beside the script": ["import util\n", { "util.py": "import idna\n" }],
  "a chain of files": ["import a\n", { "a.py": "from b import c\n", "b.py": "import idna\n" }],
  "a circle": ["import a\n", { "a.py": "import b\n", "b.py": "import a, idna\n" }],
  "a package": ["import pack\n", { "pack/__init__.py": "import idna\n" }],
  "a module of a package": [
    "from pack import part\n",
    { "pack/__init__.py": "", "pack/part.py": "import idna\n" },
  ],
  "a name of a module of a package": [
    "from pack.part import Thing\n",
    { "pack/__init__.py": "", "pack/part.py": "import idna\n" },
  ],
  "the package of a module": [
    "import pack.part\n",
    { "pack/__init__.py": "import idna\n", "pack/part.py": "" },
  ],
  "relative imports": [
    "import pack\n",
    {
      "pack/__init__.py": "from .inner import thing\n",
      "pack/inner/__init__.py": "from ..other import x\n",
      "pack/other.py": "from . import last\n",
      "pack/last.py": "import idna\n",
    },
  ],
  "a folder without __init__.py": ["import loose.part\n", { "loose/part.py": "import idna\n" }],
  "a file in another encoding": [
    "import util\n",
    { "util.py": "\ufeff# coding: utf-8\nimport idna\n" },
  ],
  "a file that is run": ["import runpy\nrunpy.run_path('sub/x.py')\n", {
    "sub/x.py": "import idna\n",
  }],
};
for (const [what, [source, files]] of Object.entries(FOLLOWED)) {
  Deno.test(`detectImports follows ${what}`, async () => {
    assert.deepEqual((await detect(source, files)).dependencies, ["idna"]);
  });
}

Deno.test("detectImports takes a file that has a distribution's name for the file", async () => {
  const found = await detect("import yaml\n", { "yaml.py": "import idna\n" });
  assert.deepEqual(found.dependencies, ["idna"]);
});

Deno.test("detectImports leaves out what an imported file does only as a script", async () => {
  const util = "import idna\nif __name__ == '__main__':\n    import yaml\n";
  assert.deepEqual((await detect("import util\n", { "util.py": util })).dependencies, ["idna"]);
});

Deno.test("detectImports does not read files that nothing imports", async () => {
  const found = await detect("import util\n", { "util.py": "", "other.py": "import idna\n" });
  assert.deepEqual(found.dependencies, []);
});

Deno.test("detectImports counts a file's needs as optional while the file is only tried", async () => {
  const tried = "try:\n    import util\nexcept ImportError:\n    util = None\n";
  const files = { "util.py": "import idna\n" };
  assert.deepEqual((await detect(tried, files)).optional, ["idna"]);
  const needed = await detect(`${tried}import other\n`, { ...files, "other.py": "import util\n" });
  assert.deepEqual([needed.dependencies, needed.optional], [["idna"], []]);
});
