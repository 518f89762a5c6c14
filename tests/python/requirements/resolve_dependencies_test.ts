import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveDependencies } from "../../../lib/python/requirements/resolve_dependencies.ts";

async function inFolder(
  files: Record<string, string>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(join(folder, name), text);
    }
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("resolveDependencies goes by the imports where nothing is declared", () =>
  inFolder({ "a.py": "import yaml, os, reqeusts\n" }, async (folder) => {
    assert.deepEqual(await resolveDependencies(join(folder, "a.py")), {
      source: "imports",
      imports: ["yaml", "reqeusts"],
      dependencies: ["pyyaml"],
      unknown: ["reqeusts"],
      requires_python: null,
    });
  }));

Deno.test("resolveDependencies knows the standard library of the version", () =>
  inFolder({ "a.py": "import tomllib, distutils\n" }, async (folder) => {
    const of = async (python: string) =>
      (await resolveDependencies(join(folder, "a.py"), { python })).imports;
    assert.deepEqual(await of("3.8"), ["tomllib"]);
    assert.deepEqual(await of("3.13"), ["distutils"]);
  }));

Deno.test("resolveDependencies goes by the header first", () =>
  inFolder({
    "a.py": '# /// script\n# requires-python = ">=3.9"\n# dependencies = ["six"]\n# ///\n' +
      "import six\n",
    "requirements.txt": "idna\n",
  }, async (folder) => {
    const { source, dependencies, requires_python } = await resolveDependencies(
      join(folder, "a.py"),
    );
    assert.deepEqual([source, dependencies, requires_python], ["header", ["six"], ">=3.9"]);
  }));

Deno.test("resolveDependencies goes by the project before requirements.txt", () =>
  inFolder({
    "a.py": "import six\n",
    "requirements.txt": "idna\n",
    "pyproject.toml": '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.10"\n' +
      'dependencies = ["six >= 1"]\n',
  }, async (folder) => {
    const { source, dependencies, requires_python } = await resolveDependencies(
      join(folder, "a.py"),
    );
    assert.deepEqual([source, dependencies, requires_python], ["project", ["six>=1"], ">=3.10"]);
  }));

Deno.test("resolveDependencies reads requirements.txt", () =>
  inFolder({ "a.py": "import six\n", "requirements.txt": "idna\n" }, async (folder) => {
    const { source, dependencies } = await resolveDependencies(join(folder, "a.py"));
    assert.deepEqual([source, dependencies], ["requirements", ["idna"]]);
  }));

Deno.test("resolveDependencies names the file that is not there", () =>
  assert.rejects(resolveDependencies("nowhere.py"), {
    name: "UserError",
    message: /\/nowhere\.py: there is no such file/,
  }));
