import assert from "node:assert/strict";
import { detectImports, type DetectOptions } from "../../../lib/python/source/detect_imports.ts";

async function detect(source: string, options: DetectOptions = {}) {
  const { dependencies, optional, leftOut, unknown } = await detectImports(source, options);
  return { dependencies, optional, leftOut, unknown };
}

const ATTEMPTS: Record<string, string> = {
  "a handler": "try:\n    import MODULE\nexcept ImportError:\n    x = None\n",
  "a bare handler that passes": "try:\n    import MODULE\nexcept:\n    pass\n",
  "a handler that warns": "try:\n  import MODULE\nexcept Exception as e:\n  warn(e)\n",
  "a handler that may raise":
    "try:\n  import MODULE\nexcept ImportError:\n  if strict:\n    raise\n  x = 1\n",
  "suppress": "with contextlib.suppress(ImportError):\n    import MODULE\n",
  "find_spec": "if importlib.util.find_spec('MODULE') is not None:\n    import MODULE\n",
  "a look at sys.modules": "if 'MODULE' in sys.modules:\n    import MODULE\n",
  "a nested attempt":
    "try:\n  import os\n  try:\n    import MODULE\n  except OSError:\n    pass\nexcept ImportError:\n  x = 1\n",
};
for (const [what, source] of Object.entries(ATTEMPTS)) {
  Deno.test(`detectImports takes an import with ${what} for optional`, async () => {
    assert.deepEqual(await detect(source.replaceAll("MODULE", "yaml")), {
      dependencies: ["pyyaml"],
      optional: ["pyyaml"],
      leftOut: [],
      unknown: [],
    });
  });
  Deno.test(`detectImports leaves a large distribution out behind ${what}`, async () => {
    const large = source.replaceAll("MODULE", "torch");
    assert.deepEqual(await detect(large), {
      dependencies: [],
      optional: [],
      leftOut: ["torch"],
      unknown: [],
    });
    const atHand = await detect(large, { isAtHand: (name) => name === "torch" });
    assert.deepEqual(atHand.dependencies, ["torch"]);
  });
  Deno.test(`detectImports does not report an unknown module behind ${what}`, async () => {
    assert.deepEqual((await detect(source.replaceAll("MODULE", "no_such_module"))).unknown, []);
  });
}

const NEEDED: Record<string, string> = {
  "a handler that raises": "try:\n    import torch\nexcept ImportError as e:\n    raise X from e\n",
  "a handler that exits":
    "try:\n    import torch\nexcept ImportError:\n    print('no')\n    sys.exit(1)\n",
  "a handler that exits on its line": "try:\n    import torch\nexcept ImportError: exit('no')\n",
  "another handler": "try:\n    import torch\nexcept OSError:\n    pass\n",
  "only a finally": "try:\n    import torch\nfinally:\n    x = 1\n",
  "an attempt, and once without":
    "try:\n    import torch\nexcept ImportError:\n    torch = None\ndef f():\n    import torch\n",
};
for (const [what, source] of Object.entries(NEEDED)) {
  Deno.test(`detectImports takes an import with ${what} for needed`, async () => {
    const { dependencies, optional } = await detect(source);
    assert.deepEqual([dependencies, optional], [["torch"], []]);
  });
}

Deno.test("detectImports takes the fallback when the first choice is large", async () => {
  const source = "try:\n    import torch as np\nexcept ImportError:\n    import numpy as np\n";
  assert.deepEqual((await detect(source)).dependencies, ["numpy"]);
});

Deno.test("detectImports says what the script takes instead of what it only tries", async () => {
  const source = `
try:
    import ujson as json
except ImportError:
    try:
        import orjson as json
    except ImportError:
        import simplejson as json
`;
  const { dependencies, instead } = await detectImports(source);
  assert.deepEqual(dependencies, ["ujson"]);
  assert.deepEqual(instead, { ujson: ["orjson"], orjson: ["simplejson"] });
});

Deno.test("detectImports reads identifiers as Python normalises them", async () => {
  const source = "import ｙａｍｌ\nfrom ＰＩＬ import Image\n__import__('ｎｕｍｐｙ')\n";
  assert.deepEqual((await detect(source)).dependencies, ["pyyaml", "pillow", "numpy"]);
});
