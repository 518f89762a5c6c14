import { deepStrictEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { parser } from "@lezer/python";
import { detectImports, type DetectOptions } from "../../../lib/python/source/detect_imports.ts";
import { longScript } from "../../helpers/long_script.ts";

async function dependencies(source: string, options?: DetectOptions): Promise<string[]> {
  return (await detectImports(source, options)).dependencies;
}

/** What is found, without what else is said about it. */
async function found(source: string, options?: DetectOptions) {
  const { imports, dependencies, unknown } = await detectImports(source, options);
  return { imports, dependencies, unknown };
}

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

// Fallbacks.

Deno.test("detectImports takes the first branch when a fallback import is known too", async () => {
  const source = "try:\n  import ujson as json\nexcept ImportError:\n  import simplejson as json\n";
  deepStrictEqual(await found(source), {
    imports: ["ujson", "simplejson"],
    dependencies: ["ujson"],
    unknown: [],
  });
});

Deno.test("detectImports takes the fallback when the first import is unknown", async () => {
  const source = "try:\n  import my_fast_json\nexcept ImportError:\n  import simplejson\n";
  deepStrictEqual(await found(source), {
    imports: ["my_fast_json", "simplejson"],
    dependencies: ["simplejson"],
    unknown: [],
  });
});

Deno.test("detectImports needs nothing when the first import is in the standard library", async () => {
  const source = "try:\n  import tomllib\nexcept ModuleNotFoundError:\n  import tomli as tomllib\n";
  deepStrictEqual(await dependencies(source, { pythonVersion: "3.11" }), []);
  deepStrictEqual(await dependencies(source, { pythonVersion: "3.10" }), ["tomli"]);
});

Deno.test("detectImports needs nothing when the fallback is in the standard library", async () => {
  const source = "try:\n  import my_json\nexcept:\n  import json as my_json\n";
  deepStrictEqual(await found(source), {
    imports: ["my_json"],
    dependencies: [],
    unknown: [],
  });
});

Deno.test("detectImports needs nothing when the first import is relative", async () => {
  const source = "try:\n  from .a import b\nexcept ImportError:\n  import yaml\n";
  deepStrictEqual(await dependencies(source), []);
});

Deno.test("detectImports follows a chain of fallbacks to the first known one", async () => {
  const source = `
try:
    import no_such_one
except ImportError:
    try:
        import no_such_two
    except ImportError:
        import yaml
`;
  deepStrictEqual(await dependencies(source), ["pyyaml"]);
});

Deno.test("detectImports reports the preferred import when no branch is known", async () => {
  const source = "try:\n  import no_such_one\nexcept ImportError:\n  import no_such_two\n";
  deepStrictEqual((await detectImports(source)).unknown, ["no_such_one"]);
});

Deno.test("detectImports needs both when the handler is for another error", async () => {
  const source =
    "try:\n  import numpy\nexcept OSError:\n  import yaml\nfinally:\n  import pandas\n";
  deepStrictEqual(await dependencies(source), ["numpy", "pyyaml", "pandas"]);
});

Deno.test("detectImports needs the else branch when the first import is known", async () => {
  const source = `
try:
    import numpy
except ImportError:
    numpy = None
else:
    import pandas
`;
  deepStrictEqual(await dependencies(source), ["numpy", "pandas"]);
});

Deno.test("detectImports needs the handler's import when nothing is imported before it", async () => {
  const source = "try:\n  json\nexcept ImportError:\n  import yaml\n";
  deepStrictEqual(await dependencies(source), ["pyyaml"]);
});

// Conditions.

Deno.test("detectImports ignores a block when it is for type checkers only", async () => {
  const source = `
if TYPE_CHECKING:
    import pandas
if typing.TYPE_CHECKING:
    import numpy
else:
    import yaml
if not TYPE_CHECKING:
    import requests
`;
  deepStrictEqual(await dependencies(source), ["pyyaml", "requests"]);
});

Deno.test("detectImports takes the branch of the chosen version", async () => {
  const source = `
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli
if sys.version_info[0] < 3:
    import urllib2
elif sys.version_info < (3, 9):
    import numpy
`;
  deepStrictEqual(await found(source, { pythonVersion: "3.12" }), {
    imports: [],
    dependencies: [],
    unknown: [],
  });
  deepStrictEqual(await dependencies(source, { pythonVersion: "3.8.18" }), ["tomli", "numpy"]);
});

Deno.test("detectImports takes every branch when the condition is not known", async () => {
  const source = "if fast:\n  import numpy\nelif big:\n  import pandas\nelse:\n  import yaml\n";
  deepStrictEqual(await dependencies(source), ["numpy", "pandas", "pyyaml"]);
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

// Syntax of every version, and source that no version accepts.

for (
  const [what, source] of Object.entries({
    "a match statement":
      "match x:\n  case {'a': [1, *_], **rest} if (y := 3): pass\n  case A(b=0): pass",
    "a soft keyword as a name": "match = case = type = 1\nprint(match, type)\ncase.x = 2",
    "a walrus": "while (chunk := f.read(10)): pass\nx = [y := 1, y ** 2]",
    "a type statement": "type A[T: int = str, *Ts, **P] = dict[T, list[A]]",
    "type parameters": "def f[T: (int, str)](x: T) -> T: ...\nclass A[T](B[T], metaclass=M): ...",
    "a nested f-string": "x = f'{d['a']} {f'{'#'}' + \"(\"!r:>{w}}'",
    "an f-string with a triple-quoted part": 'x = f"""{\'""\'} {x!r}\n  {y:{z}}"""',
    "except*": "try:\n  pass\nexcept* (A, B) as e:\n  pass",
    "except without brackets": "try:\n  pass\nexcept A, B:\n  pass",
    "a t-string": 'x = t"{name} {t"{inner}"}"',
    "with in brackets": "with (open(a) as b,\n      open(c) as d):\n  pass",
    "positional-only parameters": "def f(a, /, b, *, c): return lambda: (yield)",
    "decorator expressions": "@a.b[0](c := 1)\ndef f(): pass",
    "star expressions": "print(*a, **b)\nx = *a, *b\ny[*a]",
    "a Python 2 print": 'print "a", b\nprint >>f, "x" % y,\nprint',
    "other Python 2 statements": 'exec "code" in ns\nraise E, "x"\nx = `y` <> 0777L\nur"x"',
    "a Python 2 handler": "try:\n  pass\nexcept E, e:\n  pass",
    "an open bracket": "x = foo(1, [2, 3",
    "an open string": "x = 'abc\ny = \"def",
    "a stray bracket": "x = 1))\n}",
    "a broken statement": "def f(:\n  retrun 1 1\nclass\nfor in x",
    "wrong indentation": "if x:\n      y = 1\n   z = 2\n\tw = 3",
    "a half-written import": "from\nimport\nfrom numpy.",
    "a merge conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other",
    "a notebook command": "%matplotlib inline\n!pip install x",
  })
) {
  Deno.test(`detectImports finds the imports after ${what}`, async () => {
    const after = "import yaml\ndef later():\n    from PIL import Image\n";
    const found = await dependencies(`${source}\n${after}`);
    deepStrictEqual(found.filter((name) => name !== "numpy"), ["pyyaml", "pillow"]);
  });
}

Deno.test("detectImports keeps try and except together when they are of Python 3.14", async () => {
  const source = "try:\n  import no_such\nexcept ImportError, OSError:\n  import yaml\n";
  deepStrictEqual(await found(source, { pythonVersion: "3.14" }), {
    imports: ["no_such", "yaml"],
    dependencies: ["pyyaml"],
    unknown: [],
  });
});

Deno.test("detectImports keeps branches apart when their bodies have no imports", async () => {
  const source = `
try:
    import no_such
    x = 1
except OSError as e:
    print(e)
except ImportError: x = 2
except (ValueError, ImportError):  # the older name
    import yaml
`;
  deepStrictEqual(await dependencies(source), ["pyyaml"]);
});

// Milliseconds are measured by the bench: on a busy machine they say little.
Deno.test("detectImports takes at most a quarter of a full parse when the script has 20,000 lines", async () => {
  const source = longScript();
  ok(source.split("\n").length > 20_000);

  const ours: number[] = [];
  const full: number[] = [];
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    deepStrictEqual(await dependencies(source), ["pyyaml"]);
    const between = performance.now();
    parser.parse(source);
    ours.push(between - start);
    full.push(performance.now() - between);
  }
  ok(4 * Math.min(...ours) < Math.min(...full), `took ${ours} ms, a full parse ${full} ms`);
});
