import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type Files, filesBelow, writeFiles } from "../../helpers/folder_tree.ts";
import { servePrivateIndex } from "../../helpers/private_index.ts";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runCommand, runPlan, uvFolder } from "../../helpers/run_plan.ts";

/** What uv prints when it runs the same script in the same files. */
async function uvPrints(
  { folder, context }: Scene,
  files: Files,
  script: string,
  cwd: string,
): Promise<string> {
  const copy = writeFiles(join(folder, "theirs"), files);
  const argv = [join(await uvFolder(), "uv"), "run", "--quiet", join(copy, script)];
  const ended = await runCommand({ argv, cwd: join(copy, cwd) }, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout.replaceAll(copy, "");
}

async function wePrint(
  { folder, plan, context }: Scene,
  files: Files,
  script: string,
  cwd: string,
): Promise<string> {
  const ours = writeFiles(join(folder, "ours"), files);
  const scriptPath = join(ours, script);
  const made = await plan("", {
    scriptPath,
    source: files[script]!,
    cwd: join(ours, cwd),
    projectDirectory: join(ours, cwd),
    detectImports: true,
  });
  const ended = await runPlan(made, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
  const left = filesBelow(ours).filter((path) => !path.includes("__pycache__"));
  assert.deepEqual(left, Object.keys(files).map((name) => join(ours, name)).sort());
  return ended.stdout.replaceAll(ours, "");
}

/** The script runs with the packages that uv would give it, and its folder stays as it is. */
function runsAsWithUv(
  what: string,
  { expected, script = "app/s.py", cwd = dirname(script), env = {}, ...files }:
    & { expected: string; script?: string; cwd?: string; env?: Record<string, string> }
    & { files: Files },
) {
  Deno.test(`a script in ${what} runs as with uv`, () =>
    inScene(async (scene) => {
      const ours = await wePrint(scene, files.files, script, cwd);
      assert.equal(ours.trim(), expected);
      assert.equal(ours, await uvPrints(scene, files.files, script, cwd));
    }, env));
}

const project = (name: string, ...lines: string[]) =>
  `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.9"\n${lines.join("\n")}\n`;
const setuptools =
  '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n';
/** It builds in a tenth of the time, where the way of building does not matter. */
const flit =
  '[build-system]\nrequires = ["flit_core >=3.2"]\nbuild-backend = "flit_core.buildapi"\n';
const workspace = (members: string, more = "") =>
  `[tool.uv.workspace]\nmembers = ${members}\n${more}`;
const fromWorkspace = (name: string) => `[tool.uv.sources]\n${name} = { workspace = true }\n`;
const ours = (name: string, folder = name): Files => ({
  [`${folder}/pyproject.toml`]: project(name, 'description = ""', flit),
  [`${folder}/${name}.py`]: "__version__ = 'ours'\n",
});
const show = (name: string) => `import ${name}\nprint(${name}.__version__)\n`;
const idna = 'dependencies = ["idna==3.4"]';

runsAsWithUv("a member of a workspace that needs another", {
  expected: "ours",
  files: {
    "pyproject.toml": workspace('["app", "six"]'),
    "app/pyproject.toml": project("app", 'dependencies = ["six"]') + fromWorkspace("six"),
    "app/s.py": show("six"),
    ...ours("six"),
  },
});

runsAsWithUv("a member of a workspace whose root is the package that it needs", {
  expected: "ours",
  script: "tools/app/s.py",
  files: {
    "pyproject.toml": project("certifi", 'description = ""', flit) +
      workspace('["tools/*"]'),
    "src/certifi/__init__.py": "__version__ = 'ours'\n",
    "tools/app/pyproject.toml": project("app", 'dependencies = ["certifi"]') +
      fromWorkspace("certifi"),
    "tools/app/s.py": show("certifi"),
  },
});

runsAsWithUv("the root of a workspace, whose source is a member", {
  expected: "ours",
  script: "s.py",
  files: {
    "pyproject.toml": project("app", 'dependencies = ["idna"]') + fromWorkspace("idna") +
      workspace('["./libs/*/"]'),
    "s.py": show("idna"),
    ...ours("idna", "libs/idna"),
  },
});

runsAsWithUv("a workspace of which another member limits the version", {
  expected: "3.4",
  files: {
    "pyproject.toml": workspace('["app", "other"]'),
    "app/pyproject.toml": project("app", 'dependencies = ["idna"]'),
    "app/s.py": show("idna"),
    "other/pyproject.toml": project("other", 'dependencies = ["idna<3.5"]'),
  },
});

runsAsWithUv("a workspace without a project at its root", {
  expected: "3.4",
  script: "s.py",
  files: {
    "pyproject.toml": workspace('["app"]', '[dependency-groups]\ndev = ["six==1.15.0"]\n'),
    "app/pyproject.toml": project("app", idna),
    "s.py": show("idna") + "import six\n",
  },
});

runsAsWithUv("a project with a source outside of it", {
  expected: "ours",
  files: {
    "app/pyproject.toml": project("app", 'dependencies = ["six"]') +
      '[tool.uv.sources]\nsix = { path = "../six", editable = true }\n',
    "app/s.py": show("six"),
    ...ours("six"),
  },
});

runsAsWithUv("a project with dynamic dependencies and no build system", {
  expected: "3.4",
  files: {
    "app/pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndynamic = ["dependencies"]\n' +
      '[tool.setuptools.dynamic]\ndependencies = { file = ["needs.txt"] }\n',
    "app/needs.txt": "idna==3.4\n",
    "app/s.py": show("idna"),
  },
});

runsAsWithUv("a package with dynamic dependencies", {
  expected: "3.4 /app/src/own.py",
  files: {
    "app/pyproject.toml": '[project]\nname = "app"\ndynamic = ["version", "dependencies"]\n' +
      setuptools,
    "app/setup.py": "from setuptools import setup\n" +
      'setup(version="1", install_requires=["idna==3.4"], package_dir={"": "src"}, py_modules=["own"])\n',
    "app/src/own.py": "",
    "app/s.py": "import idna, own\nprint(idna.__version__, own.__file__)\n",
  },
});

runsAsWithUv("a project with groups that include others", {
  expected: "3.4",
  files: {
    "app/pyproject.toml": project("app") +
      '[dependency-groups]\na = ["idna==3.4"]\nb = [{ include-group = "a" }]\n' +
      '[tool.uv]\ndefault-groups = ["b"]\n',
    "app/s.py": show("idna"),
  },
});

runsAsWithUv("a project below a workspace that it is no member of", {
  expected: "3.4",
  script: "examples/deep/s.py",
  files: {
    "pyproject.toml": workspace('["examples/*"]', 'exclude = ["examples/deep"]\n'),
    "uv.lock": 'version = 1\nrequires-python = ">=3.9"\n',
    "examples/deep/pyproject.toml": project("deep", idna),
    "examples/deep/s.py": show("idna"),
  },
});

runsAsWithUv("a project too deep for the patterns of a workspace", {
  expected: "3.4",
  script: "examples/deep/er/s.py",
  files: {
    "pyproject.toml": workspace('["examples/*"]'),
    "uv.lock": 'version = 1\nrequires-python = ">=3.9"\n',
    "examples/deep/er/pyproject.toml": project("er", idna),
    "examples/deep/er/s.py": show("idna"),
  },
});

runsAsWithUv("a project with another between it and a workspace", {
  expected: "3.4",
  script: "app/example/s.py",
  files: {
    "pyproject.toml": workspace('["**"]'),
    "app/pyproject.toml": project("app"),
    "app/example/pyproject.toml": project("example", idna),
    "app/example/s.py": show("idna"),
  },
});

runsAsWithUv("a project below that of the working directory", {
  expected: "3.4",
  script: "svc/s.py",
  cwd: ".",
  files: {
    "pyproject.toml": project("mono", 'dependencies = ["six"]'),
    "svc/pyproject.toml": project("svc", idna),
    "svc/s.py": show("idna"),
  },
});

Deno.test("a script without a project runs in that of its working directory", () =>
  inScene(async (scene) => {
    const files = { "app/pyproject.toml": project("app", idna), "elsewhere/s.py": show("idna") };
    assert.equal(await wePrint(scene, files, "elsewhere/s.py", "app"), "3.4\n");
  }));

Deno.test("a project with an index of its own gets its packages from there", async () => {
  await using index = servePrivateIndex();
  const declared = '[[tool.uv.index]]\nname = "ours"\n' +
    `url = "${index.url}"\nexplicit = true\n` +
    '[tool.uv.sources]\nourlib = { index = "ours" }\n';
  await inScene(async (scene) => {
    const files = {
      "app/pyproject.toml": project("app", 'dependencies = ["ourlib"]') + declared,
      "app/s.py": "import ourlib\nprint(ourlib.VALUE)\n",
    };
    assert.equal(await wePrint(scene, files, "app/s.py", "app"), "ours\n");
  }, { UV_DEFAULT_INDEX: `http://user:s3cret@${index.host}/empty` });
});

Deno.test("a lock that no longer fits its project is brought up to date elsewhere, as little as needed", () =>
  inScene(async (scene) => {
    const files: Files = {
      "app/pyproject.toml": project("app", 'dependencies = ["idna<3.5"]'),
      "app/s.py": "import idna, six\nprint(idna.__version__)\n",
    };
    const { folder, context } = scene;
    const argv = [join(await uvFolder(), "uv"), "lock", "--quiet"];
    const cwd = join(writeFiles(join(folder, "locked"), files), "app");
    assert.equal((await runCommand({ argv, cwd }, context.baseEnv)).code, 0);
    files["app/uv.lock"] = Deno.readTextFileSync(join(cwd, "uv.lock"));
    files["app/pyproject.toml"] = project("app", 'dependencies = ["idna", "six"]');
    assert.equal(await wePrint(scene, files, "app/s.py", "app"), "3.4\n");
  }));
