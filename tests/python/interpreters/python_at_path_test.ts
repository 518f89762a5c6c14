import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { writeFiles } from "../../helpers/folder_tree.ts";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runCommand, runPlan } from "../../helpers/run_plan.ts";

const PYTHON = "/usr/bin/python3";
const show = "import os, sys\nprint(sys.prefix, os.environ.get('VIRTUAL_ENV'))\n";

async function makeVenv(folder: string, { context }: Scene): Promise<string> {
  const argv = [PYTHON, "-m", "venv", "--without-pip", folder];
  const made = await runCommand({ argv }, context.baseEnv);
  assert.equal(made.code, 0, made.stderr);
  return folder;
}

/** Where a script says that it runs, when `python_version` is a path. */
async function runsIn(
  { plan, context }: Scene,
  pythonVersion: string,
  request: Parameters<Scene["plan"]>[1] = {},
) {
  const made = await plan(show, { pythonVersion, detectImports: true, ...request });
  assert.deepEqual(made.prepare, []);
  const ended = await runPlan(made, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
  return { stdout: ended.stdout.trim(), note: made.note };
}

Deno.test("python_version takes the folder of an environment, which is used as it is", () =>
  inScene(async (scene) => {
    const venv = await makeVenv(join(scene.folder, "somewhere/env"), scene);
    for (const path of [venv, join(venv, "bin/python"), "somewhere/env", "./somewhere/env"]) {
      for (const useUv of [true, false]) {
        const { stdout, note } = await runsIn(scene, path, { useUv });
        assert.equal(stdout, `${venv} ${venv}`, path);
        if (useUv) assert.equal(note, `Run with ${venv} as it is`);
      }
    }
  }));

Deno.test("python_version takes a folder beside the script by its bare name, and one of the home folder", () =>
  inScene(async (scene) => {
    const venv = await makeVenv(join(scene.folder, ".venv"), scene);
    scene.context.baseEnv.HOME = scene.folder;
    for (const path of [".venv", "~/.venv"]) {
      assert.equal((await runsIn(scene, path)).stdout, `${venv} ${venv}`);
    }
  }));

Deno.test("python_version takes the path of an installed interpreter", () =>
  inScene(async (scene) => {
    const { stdout } = await runsIn(scene, PYTHON);
    assert.equal(stdout, "/usr None");
  }));

Deno.test("an interpreter by its path counts before a project, and the header is named", () =>
  inScene(async (scene) => {
    writeFiles(scene.folder, {
      "pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["no-such-thing"]\n',
    });
    assert.equal(
      (await runsIn(scene, PYTHON, { projectDirectory: scene.folder })).stdout,
      "/usr None",
    );
    const source = '# /// script\n# dependencies = ["no-such-thing"]\n# ///\n';
    const { note } = await scene.plan(source, { pythonVersion: PYTHON });
    assert.match(note!, /as it is; what the script's header asks for was not installed/);
  }));

Deno.test("explicit dependencies together with a path are refused", () =>
  inScene(async (scene) => {
    await assert.rejects(scene.plan(show, { pythonVersion: PYTHON, dependencies: ["six"] }), {
      name: "UserError",
      message: /uv pip install --python \/usr\/bin\/python3/,
    });
    assert.equal((await runsIn(scene, PYTHON, { dependencies: [] })).stdout, "/usr None");
  }));

const wrong: Record<string, RegExp> = {
  "/nowhere/python3": /nothing is there/,
  "empty": /no Python in `bin`/,
  "text.txt": /not an interpreter/,
  "shim": /not an interpreter.*a script/,
  "answers/bin/python": /does not answer/,
};

for (const [path, message] of Object.entries(wrong)) {
  Deno.test(`python_version ${path} is refused`, () =>
    inScene(async (scene) => {
      writeFiles(scene.folder, { "empty/a.txt": "", "text.txt": "", "shim": "#!/bin/sh\n" });
      const program = join(scene.folder, "answers/bin/python");
      Deno.mkdirSync(dirname(program), { recursive: true });
      Deno.copyFileSync("/bin/true", program);
      Deno.chmodSync(join(scene.folder, "shim"), 0o755);
      const pythonVersion = path.startsWith("/") ? path : join(scene.folder, path);
      await assert.rejects(scene.plan(show, { pythonVersion }), { name: "UserError", message });
    }));
}
