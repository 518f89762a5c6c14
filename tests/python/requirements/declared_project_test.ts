import assert from "node:assert/strict";
import { join } from "node:path";
import { filesBelow, writeFiles } from "../../helpers/folder_tree.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { idna, runBeside as run } from "./run_beside.ts";

const setup = "from setuptools import setup\n" +
  'setup(name="own", version="1", package_dir={"": "src"}, py_modules=["own"],\n' +
  '      install_requires=["idna==3.4"])\n';
const declared: Record<string, Record<string, string>> = {
  "setup.py": { "setup.py": setup, "src/own.py": "" },
  "setup.cfg": {
    "setup.cfg": "[metadata]\nname = own\nversion = 1\n[options]\npackage_dir =\n  =src\n" +
      "py_modules = own\ninstall_requires = idna==3.4\n",
    "src/own.py": "",
  },
  "pyproject.toml": {
    "pyproject.toml":
      '[tool.poetry]\nname = "own"\nversion = "1"\ndescription = ""\nauthors = []\n' +
      '[tool.poetry.dependencies]\npython = "^3.8"\nidna = "~3.4"\n' +
      '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n',
    "own/__init__.py": "",
  },
  "Pipfile": {
    "Pipfile": '[[source]]\nurl = "https://pypi.org/simple"\nname = "pypi"\n' +
      '[packages]\nidna = "~=3.4.0"\n',
    "own.py": "",
  },
};

for (const [file, files] of Object.entries(declared)) {
  Deno.test(`a script runs with what the ${file} beside it asks for`, () =>
    inScene(async (scene) => {
      const work = writeFiles(join(scene.folder, "work"), files);
      const source = "import sys\nsys.dont_write_bytecode = True\nimport own\n" + idna;
      const { stdout, note } = await run(scene, source);
      assert.equal(stdout, "3.4\n");
      assert.ok(note.includes(`Dependencies from ${join(work, file)}`), note);
      const left = filesBelow(work).filter((path) => path !== join(work, "s.py"));
      assert.deepEqual(left, Object.keys(files).map((name) => join(work, name)).sort());
      assert.deepEqual((await run(scene, source)).plan.prepare, [], "it is there");
    }));
}
