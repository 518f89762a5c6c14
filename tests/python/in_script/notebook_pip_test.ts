import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../../lib/base/private_files.ts";
import { NOTEBOOK_TOOLS } from "../../../lib/python/in_script/notebook.ts";
import { notebook, runNotebook } from "../../helpers/notebook_scene.ts";
import { inScene, sceneHome } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";
import { runProcess } from "../../helpers/run_process.ts";

const home = sceneHome();

/** What installs six in this version, however a cell may say it. */
const INSTALLS = [
  "!pip install -q six==1.10.0",
  "%pip install -q six==1.11.0",
  "!pip3 install --user --progress-bar off -q six==1.12.0",
  "!pip3.{sys.version_info[1]} install -q six==1.13.0",
  "!python -m pip install -q six==1.14.0",
  "!uv pip install --system -q six==1.15.0",
  "%uv pip install -q six==1.16.0",
  "import pip\npip.main(['install', '-q', 'six==1.11.0']);",
];
const IMPORTS = "import importlib.metadata, subprocess, sys";
const SHOW = "print('six', importlib.metadata.version('six'), end=' ')";

Deno.test("pip in a notebook installs for this run alone, in all its forms", async () => {
  const cells = INSTALLS.flatMap((install) => [install, SHOW]);
  // The environment has none of it: without PYTHONPATH there is no six.
  const where = "look = 'import importlib.util; print(importlib.util.find_spec(\"six\"))'\n" +
    "subprocess.run([sys.executable, '-E', '-c', look]);";
  const looks = ["!pip show six", "!pip freeze"];
  const { stdout, stderr } = await runNotebook(
    home(),
    notebook(IMPORTS, ...cells, ...looks, where),
    [],
  );
  const versions = INSTALLS.map((install) => /1\.\d+\.0/.exec(install)![0]);
  const found = [...stdout.matchAll(/six (\S+)/g)].map(([, version]) => version);
  assert.deepEqual(found, versions, stderr);
  assert.match(stdout, /Version: 1\.11\.0[^]*six==1\.11\.0[^]*ipykernel==[^]*None\n$/);
});

Deno.test("pip in a notebook installs into the user's own .venv, as nbconvert's would", () =>
  inScene(async ({ folder, plan, context }) => {
    const venv = join(folder, ".venv");
    const env = { ...context.baseEnv, VIRTUAL_ENV: venv };
    const uv = async (...args: string[]) => {
      const { code, stderr } = await runProcess(["uv", ...args], { env });
      assert.equal(code, 0, stderr);
    };
    await uv("venv", venv);
    await uv("pip", "install", "--exclude-newer=2026-11-28", ...NOTEBOOK_TOOLS);
    const scriptPath = join(folder, "book.ipynb");
    const text = notebook(IMPORTS, "!pip3 install -q six==1.12.0", SHOW);
    Deno.writeTextFileSync(scriptPath, text);
    const request = { scriptPath, source: text, projectDirectory: folder };
    const { stdout, stderr } = await runPlan(await plan("", request), context.baseEnv);
    assert.equal(stdout, "six 1.12.0 ", stderr);
    const [lib] = [...Deno.readDirSync(join(venv, "lib"))];
    assert.ok(exists(join(venv, "lib", lib!.name, "site-packages", "six.py")));
  }));
