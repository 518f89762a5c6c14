import assert from "node:assert/strict";
import { join } from "node:path";
import { inScene, type Scene } from "../../helpers/python_scene.ts";
import { runCommand, runPlan, uvFolder } from "../../helpers/run_plan.ts";

const virtual = '[project]\nname = "virt"\nversion = "1"\ndependencies = ["six==1.16.0"]\n' +
  '[dependency-groups]\ndev = ["idna"]\n';
const packaged = '[project]\nname = "pk"\nversion = "1"\ndescription = ""\n' +
  'dependencies = ["six==1.16.0"]\n' +
  '[build-system]\nrequires = ["flit_core >=3.2"]\nbuild-backend = "flit_core.buildapi"\n';
const showSix = "import six\nprint(six.__version__)\n";

/** Writes files of a folder `work`, in which the script then runs. */
function work(folder: string, files: Record<string, string>): string {
  const directory = join(folder, "work");
  for (const [name, text] of Object.entries(files)) {
    Deno.mkdirSync(join(directory, name, ".."), { recursive: true });
    Deno.writeTextFileSync(join(directory, name), text);
  }
  return directory;
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(folder, name)) : [join(folder, name)]
  ).sort();
}

async function run(
  scene: Scene,
  directory: string,
  source: string,
  request: Parameters<Scene["plan"]>[1] = {},
) {
  const plan = await scene.plan(source, {
    cwd: directory,
    projectDirectory: directory,
    detectImports: true,
    ...request,
  });
  return { plan, ended: await runPlan(plan, scene.context.baseEnv) };
}

Deno.test("a project without a lock runs with its dependencies and groups, and gets no lock", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    const { plan, ended } = await run(scene, directory, showSix + "import idna\n");
    assert.equal(ended.stdout, "1.16.0\n", ended.stderr);
    assert.deepEqual(plan.resolvedDependencies, ["idna", "six==1.16.0"]);
    assert.match(plan.note!, /from the project .*work/);
    assert.deepEqual(filesBelow(directory), [join(directory, "pyproject.toml")]);
  }));

Deno.test("a project that is a package can be imported, and nothing is built into its folder", () =>
  inScene(async (scene) => {
    const files = { "pyproject.toml": packaged, "src/pk/__init__.py": "V = 7\n" };
    const directory = work(scene.folder, files);
    const before = filesBelow(directory);
    const source = "import sys\nsys.dont_write_bytecode = True\nimport pk, six\nprint(pk.V)\n";
    const { ended } = await run(scene, directory, source);
    assert.equal(ended.stdout, "7\n", ended.stderr);
    assert.deepEqual(filesBelow(directory), before);
  }));

Deno.test("a project with uv.lock runs with what the lock says, and the lock stays as it is", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    await lock(directory, scene);
    const locked = Deno.readTextFileSync(join(directory, "uv.lock"));
    Deno.writeTextFileSync(
      join(directory, "pyproject.toml"),
      virtual.replace("six==1.16.0", "six"),
    );
    const { plan, ended } = await run(scene, directory, showSix);
    assert.equal(ended.stdout, "1.16.0\n", ended.stderr);
    assert.match(plan.note!, /uv\.lock/);
    assert.equal(Deno.readTextFileSync(join(directory, "uv.lock")), locked);
    assert.deepEqual((await run(scene, directory, showSix)).plan.prepare, [], "warm without uv");
  }));

Deno.test("a changed pyproject.toml is prepared again", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    await run(scene, directory, showSix);
    assert.deepEqual((await run(scene, directory, showSix)).plan.prepare, []);
    work(scene.folder, { "pyproject.toml": virtual.replace("1.16.0", "1.15.0") });
    assert.equal((await run(scene, directory, showSix)).ended.stdout, "1.15.0\n");
  }));

Deno.test("the project may be some folders further up", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual, "a/b/data.txt": "" });
    const { ended } = await run(scene, join(directory, "a/b"), showSix);
    assert.equal(ended.stdout, "1.16.0\n", ended.stderr);
  }));

Deno.test("a header wins over the project", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    const header = '# /// script\n# dependencies = ["six==1.15.0"]\n# ///\n';
    const { plan, ended } = await run(scene, directory, header + showSix);
    assert.equal(ended.stdout, "1.15.0\n", ended.stderr);
    assert.deepEqual(plan.resolvedDependencies, ["six==1.15.0"]);
  }));

Deno.test("explicit dependencies win over the project", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    const { plan } = await run(scene, directory, showSix, { dependencies: ["six==1.15.0"] });
    assert.deepEqual(plan.resolvedDependencies, ["six==1.15.0"]);
  }));

Deno.test("the project's requirements can be added to the explicit ones", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": virtual });
    const { plan, ended } = await run(scene, directory, showSix + "import idna\n", {
      dependencies: ["idna"],
      projectUse: "added",
    });
    assert.equal(ended.stdout, "1.16.0\n", ended.stderr);
    assert.deepEqual(plan.resolvedDependencies, ["idna", "six==1.16.0"]);
    assert.match(plan.note!, /were added/);
  }));

Deno.test("a pyproject.toml without [project] is no project", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": "[tool.black]\nline-length = 99\n" });
    const { plan } = await run(scene, directory, showSix);
    assert.equal(plan.note, "Detected from the imports: six");
  }));

Deno.test("a pyproject.toml that cannot be read is named, and no hindrance to a header", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "pyproject.toml": "[project]\nname = oops\n" });
    await assert.rejects(run(scene, directory, "print(1)\n"), {
      name: "UserError",
      message: /pyproject\.toml/,
    });
    const header = "# /// script\n# dependencies = []\n# ///\n";
    assert.equal((await run(scene, directory, header + "print(1)\n")).ended.stdout, "1\n");
  }));

Deno.test("a .venv without a project is used as it is", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "requirements.txt": "six\n" });
    const python = "/usr/bin/python3";
    const argv = [python, "-m", "venv", "--without-pip", join(directory, ".venv")];
    const made = await runCommand({ argv }, scene.context.baseEnv);
    assert.equal(made.code, 0, made.stderr);
    const { plan, ended } = await run(scene, directory, "import sys\nprint(sys.prefix)\n");
    assert.deepEqual(plan.prepare, []);
    assert.equal(ended.stdout, join(directory, ".venv\n"));
    assert.match(plan.note!, /as it is/);
  }));

Deno.test("requirements.txt is read by uv, with what it includes and constrains", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, {
      "requirements.txt": "# ours\n-r more.txt\n-c limits.txt\n",
      "more.txt": "six  # any\n",
      "limits.txt": "six==1.15.0\n",
    });
    const { plan, ended } = await run(scene, directory, showSix);
    assert.equal(ended.stdout, "1.15.0\n", ended.stderr);
    assert.deepEqual(plan.resolvedDependencies, ["six"]);
    assert.match(plan.note!, /requirements\.txt/);
    assert.deepEqual((await run(scene, directory, showSix)).plan.prepare, []);
    work(scene.folder, { "limits.txt": "six==1.16.0\n" });
    assert.equal((await run(scene, directory, showSix)).ended.stdout, "1.16.0\n");
  }));

Deno.test("requirements.txt is read in the encoding that its byte order mark tells", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "requirements.txt": "" });
    const text = "\ufeffidna==3.4\r\n";
    const units = new Uint16Array([...text].map((char) => char.charCodeAt(0)));
    Deno.writeFileSync(join(directory, "requirements.txt"), new Uint8Array(units.buffer));
    const { plan, ended } = await run(scene, directory, "import idna\nprint(idna.__version__)\n");
    assert.deepEqual(plan.resolvedDependencies, ["idna==3.4"]);
    assert.equal(ended.stdout, "3.4\n");
  }));

Deno.test("requirements.txt can be added to explicit dependencies", () =>
  inScene(async (scene) => {
    const directory = work(scene.folder, { "requirements.txt": "six==1.15.0\n" });
    const { plan, ended } = await run(scene, directory, showSix + "import idna\n", {
      dependencies: ["idna"],
      projectUse: "added",
    });
    assert.equal(ended.stdout, "1.15.0\n", ended.stderr);
    assert.deepEqual(plan.resolvedDependencies, ["idna", "six==1.15.0"]);
  }));

async function lock(directory: string, { context }: Scene): Promise<void> {
  const argv = [join(await uvFolder(), "uv"), "lock", "--quiet"];
  const ended = await runCommand({ argv, cwd: directory }, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
}
