import assert from "node:assert/strict";
import { join } from "node:path";
import { listInterpreters } from "../../../lib/python/interpreters/find_interpreters.ts";
import { prepareRun } from "../../../lib/python/prepare_run.ts";
import { installScriptRuntime } from "../../../lib/python/in_script/script_runtime.ts";
import { serverEnv } from "../../helpers/program.ts";
import { runPlan } from "../../helpers/run_plan.ts";
import type { Ended } from "../../helpers/run_process.ts";

/** Runs a script from a job's folder as a file of `neighbours`, under every interpreter there is. */
async function underEach(
  source: string,
  check: (ended: Ended, folder: string, version: string) => void,
  neighbours = "neighbours",
) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    for (const name of ["job", "neighbours"]) Deno.mkdirSync(join(folder, name));
    Deno.writeTextFileSync(join(folder, "neighbours/neighbour.py"), "VALUE = 42\n");
    Deno.writeTextFileSync(join(folder, "neighbours/sitecustomize.py"), "print('not ours')\n");
    const scriptPath = join(folder, "job/script.py");
    Deno.writeTextFileSync(scriptPath, source);
    const home = join(folder, "home");
    const runtime = installScriptRuntime(home);
    const baseEnv = { ...serverEnv(), PYTHONWARNINGS: "error" };
    const context = { home, baseEnv, scriptRuntimeEnv: runtime.env };
    for (const { version } of await listInterpreters()) {
      const plan = await prepareRun({
        scriptPath,
        source,
        cwd: folder,
        args: [],
        useUv: false,
        pythonVersion: version,
        importDirectory: join(folder, neighbours),
      }, context);
      check(await runPlan(plan, baseEnv), folder, version);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("importDirectory puts the folder in the place of the script's own", () =>
  underEach(
    "import sys, neighbour\nprint(sys.path[0], neighbour.VALUE, __name__, __file__)\n" +
      "print(any(p.endswith('/job') for p in sys.path))\n",
    ({ stdout, stderr }, folder, version) => {
      const first = `${folder}/neighbours 42 __main__ ${folder}/job/script.py`;
      assert.equal(stdout, `${first}\nFalse\n`, version + stderr);
    },
  ));

Deno.test("importDirectory leaves nothing that the script or its children could notice", () =>
  underEach(
    "import os, sys, importlib.machinery\n" +
      "print([v for v in os.environ if 'IMPORT_DIRECTORY' in v], os.environ.get('PYTHONPATH'))\n" +
      "print(importlib.machinery.SourceFileLoader is type(__loader__), len(sys.path_hooks))\n" +
      "print([p for p in sys.path if 'runtime' in p])\n",
    ({ stdout, stderr }, _folder, version) => {
      assert.equal(stdout, "[] None\nTrue 2\n[]\n", version + stderr);
    },
  ));

Deno.test("importDirectory shows the script's own lines in tracebacks and in inspect", () =>
  underEach(
    "import inspect\ndef f(): return 1\nprint(inspect.getsource(f).strip())\n1 / 0\n",
    ({ stdout, stderr, code }, folder, version) => {
      assert.equal(code, 1);
      assert.equal(stdout, "def f(): return 1\n", version);
      const lines = stderr.split("\n").filter((line) => !/^ +[~^]+$/.test(line));
      assert.deepEqual(lines, [
        "Traceback (most recent call last):",
        `  File "${folder}/job/script.py", line 4, in <module>`,
        "    1 / 0",
        "ZeroDivisionError: division by zero",
        "",
      ], version);
    },
  ));

Deno.test("importDirectory holds for processes that multiprocessing spawns", () =>
  underEach(
    "import multiprocessing as mp, sys\ndef work(x):\n    import neighbour\n" +
      "    return x * neighbour.VALUE, sys.path[0].endswith('/neighbours')\n" +
      "if __name__ == '__main__':\n    with mp.get_context('spawn').Pool(1) as pool:\n" +
      "        print(pool.map(work, [2]))\n",
    ({ stdout, stderr }, _folder, version) => {
      assert.equal(stdout, "[(84, True)]\n", version + stderr);
    },
  ));

Deno.test("importDirectory writes nothing into the folder, from child processes neither", () =>
  underEach(
    "import os, subprocess, sys, neighbour\n" +
      "code = f'import sys; sys.path.insert(0, {sys.path[0]!r}); import neighbour'\n" +
      "subprocess.run([sys.executable, '-c', code], check=True)\n" +
      "print(sorted(os.listdir(sys.path[0])), bool(neighbour.__cached__))\n",
    ({ stdout, stderr }, _folder, version) => {
      assert.equal(stdout, "['neighbour.py', 'sitecustomize.py'] True\n", version + stderr);
    },
  ));

Deno.test("importDirectory lets Python cache all other modules", () =>
  underEach(
    "import os, sys\nother = os.path.join(os.path.dirname(sys.path[0]), 'other')\n" +
      "os.makedirs(other, exist_ok=True)\nopen(other + '/m.py', 'w').close()\n" +
      "sys.path.append(other)\nimport m\nprint(os.path.exists(m.__cached__))\n",
    ({ stdout, stderr }, _folder, version) => assert.equal(stdout, "True\n", version + stderr),
  ));

Deno.test("importDirectory keeps our own modules cached when the home lies in the folder", () =>
  underEach(
    "import python_mcp, neighbours.neighbour\n",
    ({ stderr }, folder, version) => {
      const tag = `cpython-${version.split(".").slice(0, 2).join("")}.pyc`;
      const cached = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name);
      const [runtime] = cached(join(folder, "home/runtime")).filter((name) =>
        /^scripts-/.test(name)
      );
      const ours = cached(join(folder, "home/runtime", runtime!, "lib/__pycache__"));
      assert.ok(ours.includes(`python_mcp.${tag}`), version + stderr);
      assert.deepEqual(cached(join(folder, "neighbours")).sort(), [
        "neighbour.py",
        "sitecustomize.py",
      ]);
    },
    "",
  ));
