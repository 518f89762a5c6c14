import assert from "node:assert/strict";
import { join } from "node:path";
import { scriptImports } from "../../../lib/python/source/may_change_imports.ts";

const NOWHERE = "/nowhere";
const CHANGES: [string, RegExp][] = [
  ["os.environ['OMP_NUM_THREADS'] = '1'\nimport numpy", /environ/],
  ["os.environ.setdefault('MPLBACKEND', 'Agg')", /environ/],
  ["os.environ |= {'A': 'B'}", /environ/],
  ["from os import environ as e\ne['A'] = 'B'", /environ/],
  ["del os.environ['HOME']", /environ/],
  ["os.putenv('CUDA_VISIBLE_DEVICES', '')", /environ/],
  ["from dotenv import load_dotenv\nload_dotenv()", /environ/],
  ["sys.path.insert(0, 'lib')", /sys\.path/],
  ["sys.path[:0] = ['lib']", /sys\.path/],
  ["from sys import path\npath.append('lib')", /sys\.path/],
  ["sys.modules['numpy'] = None", /sys\.modules/],
  ["del sys.modules['json']", /sys\.modules/],
  ["sys.meta_path.insert(0, finder)", /import hooks/],
  ["name = input(); __import__(name)", /import hooks/],
  ["warnings.simplefilter('error')", /warning filters/],
  ["with warnings.catch_warnings(): import pandas", /warning filters/],
  ["sys.settrace(trace)", /tracing/],
];
for (const [source, what] of CHANGES) {
  Deno.test(`a script may change its imports when it says ${source.split("\n")[0]}`, () => {
    assert.match(scriptImports(source, NOWHERE).changes ?? "nothing", what);
  });
}

for (const source of ["gc.get_objects()", "from gc import freeze", "del __file__, __cached__"]) {
  Deno.test(`a script asks what only a fresh process knows when it says ${source}`, () => {
    assert.equal(scriptImports(source, NOWHERE).inspects, true);
  });
}

const HARMLESS = [
  "os.environ['PYTHON_MCP_ARTIFACTS']",
  "print(os.environ.get('HOME'), 'A' in os.environ, dict(os.environ))",
  "if os.environ['A'] == 'b': pass",
  "subprocess.run(['x'], env={**os.environ, 'A': 'b'})",
  "print('json' in sys.modules, sys.modules['json'], sys.path[0])",
  "time = __import__('time')",
  "import pandas as pd; environment = 1",
  "import gc; gc.collect(); gc.disable()",
];
for (const source of HARMLESS) {
  Deno.test(`a script does not change its imports when it says ${source}`, () => {
    const { changes, inspects } = scriptImports(source, NOWHERE);
    assert.deepEqual([changes, inspects], [undefined, undefined]);
  });
}

Deno.test("a script may change its imports when a module that it imports from its folder may", async () => {
  const folder = await Deno.makeTempDir();
  try {
    Deno.writeTextFileSync(join(folder, "near.py"), "import further");
    Deno.writeTextFileSync(join(folder, "further.py"), "import sys; sys.path.append('/x')");
    const { imports, changes } = scriptImports("import near, pandas.io\nfrom a.b import c", folder);
    assert.deepEqual(imports, ["a", "near", "pandas"]);
    assert.match(changes!, /sys\.path \(in .*further\.py\)/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
