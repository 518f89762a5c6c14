import { deepStrictEqual } from "node:assert/strict";
import { detectImports } from "../../../lib/python/source/detect_imports.ts";
import { dependencies, found } from "../../helpers/detected.ts";

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
