import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFiles } from "../../helpers/folder_tree.ts";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runCommand } from "../../helpers/run_plan.ts";
import { idna, runBeside as run } from "./run_beside.ts";

const PYTHON = "/usr/bin/python3";
const prefix = "import sys\nprint(sys.prefix)\n";

async function makeVenv(folder: string, { context }: Scene): Promise<string> {
  const made = await runCommand(
    { argv: [PYTHON, "-m", "venv", "--without-pip", folder] },
    context.baseEnv,
  );
  assert.equal(made.code, 0, made.stderr);
  return folder;
}

for (const name of [".venv", "venv", "env", ".pixi/envs/default"]) {
  Deno.test(`a script runs in the environment ${name} beside it as it is`, () =>
    inScene(async (scene) => {
      const made = await makeVenv(join(scene.folder, "work", name), scene);
      const { stdout, note, plan } = await run(scene, prefix);
      assert.equal(stdout, `${made}\n`);
      assert.match(note, /as it is/);
      assert.deepEqual(plan.prepare, []);
    }));
}

Deno.test("a folder env that is no environment is none", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), { "env/production.txt": "A=1\n", "venv/notes.md": "" });
    const { note } = await run(scene, prefix);
    assert.equal(note, "");
  }));

const broken: Record<
  string,
  { make: (venv: string, scene: Scene) => Promise<void>; says: RegExp }
> = {
  "whose Python is gone": {
    make: async (venv, scene) => {
      await makeVenv(venv, scene);
      Deno.removeSync(join(venv, "bin/python"));
      Deno.symlinkSync("/nowhere/python3", join(venv, "bin/python"));
    },
    says: /work\/\.venv was passed over: its bin\/python leads to \/nowhere\/python3/,
  },
  "without a Python": {
    make: async (venv, scene) => {
      await makeVenv(venv, scene);
      Deno.removeSync(join(venv, "bin"), { recursive: true });
    },
    says: /work\/\.venv was passed over: it has no bin\/python/,
  },
  "that is a link to nowhere": {
    make: (venv) => Deno.symlink("/nowhere/venv", venv),
    says: /work\/\.venv was passed over: it leads to \/nowhere\/venv/,
  },
  "of a Python that is too old": {
    make: async (venv, scene) => {
      await makeVenv(venv, scene);
      Deno.writeTextFileSync(join(venv, "pyvenv.cfg"), "version = 3.6.15\n");
    },
    says: /work\/\.venv was passed over: its Python 3\.6\.15 is too old/,
  },
};

for (const [what, { make, says }] of Object.entries(broken)) {
  Deno.test(`an environment ${what} is named, and requirements.txt counts`, () =>
    inScene(async (scene) => {
      const work = writeFiles(join(scene.folder, "work"), { "requirements.txt": "idna==3.4\n" });
      await make(join(work, ".venv"), scene);
      const { stdout, note } = await run(scene, idna);
      assert.equal(stdout, "3.4\n");
      assert.match(note, says);
      assert.match(note, /Dependencies from .*work\/requirements\.txt/);
    }));
}

Deno.test("an environment of another Python than was asked for is named, and passed over", () =>
  inScene(async (scene) => {
    const venv = join(scene.folder, "work/.venv");
    await makeVenv(venv, scene);
    // So that one Python on the machine is enough.
    Deno.writeTextFileSync(join(venv, "pyvenv.cfg"), "version = 3.8.1\n");
    const { stdout, note } = await run(scene, prefix, "s.py", { pythonVersion: ">=3.9" });
    assert.match(stdout, /home\/environments/);
    assert.match(note, /\.venv was passed over: it has Python 3\.8\.1, and >=3\.9 was asked for/);
  }));

Deno.test("the second environment counts where the first is broken", () =>
  inScene(async (scene) => {
    const work = join(scene.folder, "work");
    await makeVenv(join(work, ".venv"), scene);
    Deno.removeSync(join(work, ".venv/bin"), { recursive: true });
    const second = await makeVenv(join(work, "venv"), scene);
    const { stdout, note } = await run(scene, prefix);
    assert.equal(stdout, `${second}\n`);
    assert.match(note, /\.venv was passed over/);
  }));

Deno.test("a notebook beside an environment that cannot run it says so, and requirements.txt counts", () =>
  inScene(async (scene) => {
    const work = writeFiles(join(scene.folder, "work"), { "requirements.txt": "idna==3.4\n" });
    await makeVenv(join(work, ".venv"), scene);
    const cells = [{ cell_type: "code", metadata: {}, outputs: [], source: idna, id: "a" }];
    const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    const { stdout, note } = await run(scene, JSON.stringify(notebook), "n.ipynb");
    assert.match(stdout, /3\.4/);
    assert.match(note, /\.venv was passed over: it lacks ipykernel, nbclient, nbformat/);
  }));

for (const script of ["notebooks/s.py", "a/b/s.py"]) {
  Deno.test(`requirements.txt is found upwards from ${script}`, () =>
    inScene(async (scene) => {
      const work = writeFiles(join(scene.folder, "work"), { "requirements.txt": "idna==3.4\n" });
      const projectDirectory = join(work, script, "..");
      assert.equal((await run(scene, idna, script, { projectDirectory })).stdout, "3.4\n");
    }));
}

Deno.test("a script's own requirements.txt counts before that of the working directory", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), {
      "requirements.txt": "idna==3.6\n",
      "tools/requirements.txt": "idna==3.4\n",
    });
    assert.equal((await run(scene, idna, "tools/s.py")).stdout, "3.4\n");
  }));

Deno.test("requirements.txt is not looked for above the repository", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), {
      "requirements.txt": "idna==3.4\n",
      "repo/.git/HEAD": "",
    });
    const projectDirectory = join(scene.folder, "work/repo");
    const { note } = await run(scene, idna, "repo/s.py", { projectDirectory });
    assert.equal(note, "Detected from the imports: idna");
  }));

Deno.test("a Poetry project that is no package runs with its groups", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), {
      "pyproject.toml": "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n" +
        'python = "^3.8"\n[tool.poetry.group.dev.dependencies]\nidna = "3.4"\n' +
        "[tool.poetry.group.docs]\noptional = true\n" +
        '[tool.poetry.group.docs.dependencies]\nno-such-package-anywhere = "1"\n',
    });
    assert.equal((await run(scene, idna)).stdout, "3.4\n");
  }));

Deno.test("a script of a Poetry project has the versions of its poetry.lock", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), {
      "pyproject.toml": "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n" +
        'python = "^3.8"\nidna = "*"\nsix = "*"\n',
      "poetry.lock": '[[package]]\nname = "idna"\nversion = "3.4"\n' +
        '[[package]]\nname = "six"\nversion = "1.10.0"\n[[package]]\nname = "six"\nversion = "1.17.0"\n',
    });
    const source = "import idna, six\nprint(idna.__version__, six.__version__)";
    const { stdout, note } = await run(scene, source);
    assert.equal(stdout, "3.4 1.17.0\n", note);
    assert.match(note, /pyproject\.toml \(poetry\.lock, but for six, of which it does not say/);
  }));

for (const lock of ["poetry.lock", "pdm.lock", "pylock.toml"]) {
  Deno.test(`a ${lock} that uv does not read is named beside a project`, () =>
    inScene(async ({ folder, plan }) => {
      writeFiles(folder, {
        "pyproject.toml": '[project]\nname = "own"\nversion = "1"\ndependencies = ["idna"]\n',
        [lock]: "",
      });
      const { note } = await plan("", { projectDirectory: folder });
      assert.ok(note!.includes(`its versions are uv's choice: ${join(folder, lock)} was not used`));
      writeFiles(folder, { "uv.lock": "" });
      assert.match((await plan("", { projectDirectory: folder })).note!, /\(uv\.lock\)$/);
    }));
}

Deno.test("a Pipfile's lock says which version", () =>
  inScene(async (scene) => {
    writeFiles(join(scene.folder, "work"), {
      "Pipfile": '[packages]\nidna = "*"\n',
      "Pipfile.lock": JSON.stringify({ default: { idna: { version: "==3.4", index: "pypi" } } }),
    });
    assert.equal((await run(scene, idna)).stdout, "3.4\n");
  }));

const unread: Record<string, string> = {
  "environment.yml": "dependencies:\n  - idna=3.4\n",
  "pixi.toml": '[dependencies]\nidna = "3.4"\n',
  "pylock.toml": 'lock-version = "1.0"\n[[packages]]\nname = "idna"\nversion = "3.4"\n',
  "Pipfile": '[packages]\nidna = { path = "./idna" }\n',
};

for (const [file, text] of Object.entries(unread)) {
  Deno.test(`a ${file} that is not read is named`, () =>
    inScene(async (scene) => {
      const work = writeFiles(join(scene.folder, "work"), { [file]: text });
      const { note } = await run(scene, idna);
      assert.ok(note.includes(join(work, file)), note);
      assert.match(note, /Not used/);
    }));
}

for (const name of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
  Deno.test(`the environment of ${name} counts where nothing beside the script does`, () =>
    inScene(async (scene) => {
      const active = await makeVenv(join(scene.folder, "active"), scene);
      scene.context.baseEnv[name] = active;
      assert.equal((await run(scene, prefix)).stdout, `${active}\n`);
      writeFiles(join(scene.folder, "work"), { "requirements.txt": "idna==3.4\n" });
      assert.match((await run(scene, prefix)).stdout, /home\/environments/);
    }));
}

Deno.test("conda's own environment is nobody's", () =>
  inScene(async (scene) => {
    const base = await makeVenv(join(scene.folder, "miniconda"), scene);
    scene.context.baseEnv.CONDA_PREFIX = base;
    scene.context.baseEnv.CONDA_DEFAULT_ENV = "base";
    assert.match((await run(scene, prefix)).stdout, /home\/environments/);
    delete scene.context.baseEnv.CONDA_DEFAULT_ENV;
    writeFiles(base, { "conda-meta/conda-24.1.0-py311_0.json": "{}" });
    assert.match((await run(scene, prefix)).stdout, /home\/environments/);
  }));
