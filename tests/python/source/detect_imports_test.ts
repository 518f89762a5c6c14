import { deepStrictEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { detectImports } from "../../../lib/python/source/detect_imports.ts";
import { dependencies, found } from "../../helpers/detected.ts";

async function inFolder(files: string[], body: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    for (const file of files) {
      await Deno.mkdir(join(directory, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(directory, file), "");
    }
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("detectImports names the distributions when modules are imported", async () => {
  deepStrictEqual(await found("import numpy.linalg as la, yaml\nfrom PIL import Image\n"), {
    imports: ["numpy", "yaml", "PIL"],
    dependencies: ["numpy", "pyyaml", "pillow"],
    unknown: [],
  });
});

Deno.test("detectImports reports a name as unknown when it only looks like a known one", async () => {
  deepStrictEqual(await found("import reqeusts"), {
    imports: ["reqeusts"],
    dependencies: [],
    unknown: ["reqeusts"],
  });
});

Deno.test("detectImports reports a name as unknown when only PyPI knows it", async () => {
  deepStrictEqual(await found("from leftpad import left_pad"), {
    imports: ["leftpad"],
    dependencies: [],
    unknown: ["leftpad"],
  });
});

Deno.test("detectImports finds nothing when the source is empty", async () => {
  deepStrictEqual(await found(""), { imports: [], dependencies: [], unknown: [] });
});

Deno.test("detectImports names a distribution once when it is imported often", async () => {
  const source = "import yaml\nfrom yaml import dump, load\nimport yaml.nodes\n";
  deepStrictEqual((await detectImports(source)).imports, ["yaml"]);
});

Deno.test("detectImports finds an import when it stands deep inside functions", async () => {
  const source = `
class A:
    def method(self):
        with open("x") as file:
            for line in file:
                if line: import numpy; import pandas as pd
        async def inner():
            from yaml import safe_load
`;
  deepStrictEqual(await dependencies(source), ["numpy", "pandas", "pyyaml"]);
});

Deno.test("detectImports leaves out imports when they stand in comments or strings", async () => {
  const source = `
# import numpy
"""
import pandas
"""
text = "import yaml"
x = '''
from PIL import Image
'''  # import requests
`;
  deepStrictEqual((await detectImports(source)).imports, []);
});

Deno.test("detectImports leaves out relative imports", async () => {
  const source = "from . import numpy\nfrom .yaml import x\nfrom ...pandas.a import y\n";
  deepStrictEqual((await detectImports(source)).imports, []);
});

Deno.test("detectImports leaves out python_mcp because it is ours", async () => {
  deepStrictEqual((await detectImports("import python_mcp\n")).imports, []);
});

Deno.test("detectImports reads a list in brackets with comments and line ends in it", async () => {
  const source =
    "from google.cloud import (  # two\r\n  storage as s,\r\n  bigquery,  # b\r\n)\r\n";
  deepStrictEqual(await dependencies(source), ["google-cloud-storage", "google-cloud-bigquery"]);
});

Deno.test("detectImports reads an import that a backslash continues", async () => {
  deepStrictEqual(await dependencies("import os, \\\n  yaml, \\\n  numpy\n"), ["pyyaml", "numpy"]);
});

Deno.test("detectImports names the whole module when a namespace part is unknown", async () => {
  const { unknown } = await detectImports("from google.cloud import nothing_of_ours\n");
  deepStrictEqual(unknown, ["google.cloud.nothing_of_ours"]);
});

// Imports by call.

Deno.test("detectImports reads a literal name when it is imported by a call", async () => {
  const source = `
importlib.import_module("yaml")
x = import_module('google.cloud.storage')
np = __import__("numpy", globals())
print(f"{__import__('pandas').DataFrame()}")
`;
  deepStrictEqual(
    await dependencies(source),
    ["pyyaml", "google-cloud-storage", "numpy", "pandas"],
  );
});

Deno.test("detectImports ignores a call when its name is not a literal", async () => {
  const source = `
importlib.import_module(name)
importlib.import_module("yaml" + suffix)
importlib.import_module(f"yaml.{part}")
importlib.import_module(".yaml", package="x")
`;
  deepStrictEqual((await detectImports(source)).imports, []);
});

// The standard library of the chosen version, and the script's folder.

Deno.test("detectImports leaves out the standard library of the chosen version", async () => {
  const source = "import os.path, asyncio, __future__, _thread, zoneinfo, distutils, tomllib\n";
  deepStrictEqual(await found(source, { pythonVersion: "3.11" }), {
    imports: [],
    dependencies: [],
    unknown: [],
  });
  deepStrictEqual(await found(source, { pythonVersion: "3.8" }), {
    imports: ["zoneinfo", "tomllib"],
    dependencies: [],
    unknown: ["zoneinfo", "tomllib"],
  });
});

Deno.test("detectImports finds a replacement when the chosen version dropped a module", async () => {
  deepStrictEqual(await dependencies("import cgi", { pythonVersion: "3.12" }), []);
  deepStrictEqual(await dependencies("import cgi", { pythonVersion: "3.13" }), ["legacy-cgi"]);
});

Deno.test("detectImports leaves out a module when only the newest version has it", async () => {
  const source = "import annotationlib, compression.zstd\n";
  deepStrictEqual((await detectImports(source, { pythonVersion: "3.14" })).imports, []);
  ok((await detectImports(source, { pythonVersion: "3.13" })).unknown.includes("annotationlib"));
});

Deno.test("detectImports leaves out modules and packages of the script's folder", async () => {
  await inFolder(["yaml.py", "numpy/__init__.py", "fast.cpython-312.so"], async (directory) => {
    const found = await detectImports("import yaml, numpy.x, fast, pandas", { directory });
    deepStrictEqual(found.imports, ["pandas"]);
  });
});

Deno.test("detectImports takes a folder for a package only when no distribution has its name", async () => {
  await inFolder(["docker/Dockerfile", "plugins_here/one.py"], async (directory) => {
    const needs = await found("import docker, plugins_here.one", { directory });
    deepStrictEqual(needs, { imports: ["docker"], dependencies: ["docker"], unknown: [] });
  });
});

Deno.test("detectImports goes on when the script's folder cannot be read", async () => {
  deepStrictEqual(await dependencies("import yaml", { directory: "/nowhere" }), ["pyyaml"]);
});
