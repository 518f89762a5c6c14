import assert from "node:assert/strict";
import { join } from "node:path";
import { inScene } from "../helpers/python_scene.ts";
import { runPlan } from "../helpers/run_plan.ts";

Deno.test("a script starts although imports that never run here cannot be installed", () =>
  inScene(async ({ plan, context }) => {
    const source = `
import os, platform, sys
if sys.platform == "win32":
    import win32api
if os.name == "nt" or platform.system() == "Windows":
    import winreg, win32con
if False:
    import pyobjc
if sys.version_info[:2] < (3, 8):
    import importlib_metadata
print("started")
`;
    const made = await plan(source, { detectImports: true });
    assert.deepEqual(made.resolvedDependencies, []);
    assert.equal((await runPlan(made, context.baseEnv)).stdout, "started\n");
  }));

Deno.test("a script gets what the files beside it import", () =>
  inScene(async ({ folder, plan, context }) => {
    Deno.writeTextFileSync(join(folder, "util.py"), "import idna\nname = idna.__name__\n");
    const made = await plan("import util\nprint(util.name)\n", { detectImports: true });
    assert.match(made.note!, /Detected from the imports: idna/);
    assert.equal((await runPlan(made, context.baseEnv)).stdout, "idna\n");
  }));

Deno.test("a script runs without a large distribution that it only tries, and the note says so", async () => {
  const cache = Deno.makeTempDirSync();
  try {
    await inScene(async ({ plan, context }) => {
      const source =
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nprint(torch)\n";
      const made = await plan(source, { detectImports: true });
      assert.match(made.note!, /Not installed, since .* large: torch; name it in `dependencies`/);
      assert.equal((await runPlan(made, context.baseEnv)).stdout, "None\n");
      const asked = await plan(source, { detectImports: true, dependencies: ["torch"] });
      assert.deepEqual(asked.resolvedDependencies, ["torch"]);
    }, { UV_CACHE_DIR: cache });
  } finally {
    Deno.removeSync(cache, { recursive: true });
  }
});
