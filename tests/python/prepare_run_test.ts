import assert from "node:assert/strict";
import { join } from "node:path";
import { explainFailure } from "../../lib/python/advice/explain_failure.ts";
import {
  describeInterpreters,
  interpreterVersion,
  listInterpreters,
} from "../../lib/python/interpreters/find_interpreters.ts";
import { inScene } from "../helpers/python_scene.ts";
import { runPlan } from "../helpers/run_plan.ts";
import { skippableTest } from "../helpers/skippable.ts";

const withSix = '# /// script\n# dependencies = ["six"]\n# ///\nimport six\nprint(six.__name__)\n';

Deno.test("prepareRun installs nothing when uv is not to be used", () =>
  inScene(async ({ plan, context }) => {
    const made = await plan("import sys\nprint(sys.argv[1], sys.stdin.read())\n", {
      useUv: false,
      args: ["a b"],
      stdin: "typed",
    });
    assert.deepEqual(made.prepare, []);
    assert.equal(made.strategy, "system-python");
    assert.equal((await runPlan(made, context.baseEnv)).stdout, "a b typed\n");
    assert.match((await interpreterVersion(made.run.argv[0]!))!, /^3\.\d+\.\d+$/);
  }));

Deno.test("prepareRun makes an environment with the header's dependencies", () =>
  inScene(async ({ plan, context }) => {
    const made = await plan(withSix);
    assert.equal(made.strategy, "uv-run");
    assert.deepEqual(made.resolvedDependencies, ["six"]);
    assert.deepEqual(made.prepare.map(({ label }) => label), ["Resolving and installing six"]);
    const ended = await runPlan(made, context.baseEnv);
    assert.equal(ended.stdout, "six\n", ended.stderr);
    assert.match((await interpreterVersion(made.run.argv[0]!))!, /^3\.\d+\.\d+$/);
  }));

Deno.test("prepareRun has nothing to prepare when the environment is there", () =>
  inScene(async ({ plan, context }) => {
    await runPlan(await plan(withSix), context.baseEnv);
    const again = await plan("import six\nprint(6)\n", { dependencies: ["Six"] });
    assert.deepEqual(again.prepare, []);
    assert.equal((await runPlan(again, context.baseEnv)).stdout, "6\n");
  }));

Deno.test("prepareRun lets an explicit dependency replace that of the header", () =>
  inScene(async ({ plan, context }) => {
    const source = withSix.replace("__name__", "__version__");
    const made = await plan(source, { dependencies: ["six == 1.15.0"] });
    assert.deepEqual(made.resolvedDependencies, ["six==1.15.0"]);
    assert.equal((await runPlan(made, context.baseEnv)).stdout, "1.15.0\n");
  }));

Deno.test("prepareRun rebuilds an environment that lost its settings", () =>
  inScene(async ({ plan, context }) => {
    const first = await plan(withSix);
    await runPlan(first, context.baseEnv);
    Deno.removeSync(join(first.run.argv[0]!, "../../pyvenv.cfg"));
    const again = await runPlan(await plan(withSix), context.baseEnv);
    assert.equal(again.stdout, "six\n", again.stderr);
  }));

Deno.test("prepareRun rebuilds an environment that lost a package", () =>
  inScene(async ({ plan, context }) => {
    const first = await plan(withSix);
    await runPlan(first, context.baseEnv);
    const lib = join(first.run.argv[0]!, "../../lib");
    const [python] = [...Deno.readDirSync(lib)];
    Deno.removeSync(join(lib, python!.name, "site-packages/six.py"));
    const again = await runPlan(await plan(withSix), context.baseEnv);
    assert.equal(again.stdout, "six\n", again.stderr);
    assert.deepEqual((await plan(withSix)).prepare, []);
  }));

Deno.test("prepareRun starts anew where an attempt was interrupted", () =>
  inScene(async ({ plan, context }) => {
    const first = await plan(withSix);
    const venv = join(first.run.argv[0]!, "../..");
    Deno.mkdirSync(join(venv, "lib"), { recursive: true });
    Deno.writeTextFileSync(join(venv, "pyvenv.cfg"), "half");
    const ended = await runPlan(first, context.baseEnv);
    assert.equal(ended.stdout, "six\n", ended.stderr);
  }));

Deno.test("prepareRun keeps environments apart from the packages of their interpreter", () =>
  inScene(async ({ plan, context }) => {
    const source = "import sys\nprint([p for p in sys.path if 'site-packages' in p])\n";
    const made = await plan(source, { dependencies: [] });
    const { stdout } = await runPlan(made, context.baseEnv);
    assert.match(stdout, /^\['[^']*\/home\/environments\/[^']*'\]\n$/);
  }));

Deno.test("prepareRun lets a script start the programs of its dependencies", () =>
  inScene(async ({ plan, context }) => {
    const source = "import subprocess\nsubprocess.run(['normalizer', '--version'], check=True)\n";
    const made = await plan(source, { dependencies: ["charset-normalizer"] });
    assert.match((await runPlan(made, context.baseEnv)).stdout, /Charset-Normalizer/);
  }));

Deno.test("prepareRun is not disturbed by environments and projects around the server", () =>
  inScene(async ({ plan, context }) => {
    const ended = await runPlan(await plan(withSix), context.baseEnv);
    assert.equal(ended.stdout, "six\n", ended.stderr);
  }, {
    CONDA_PREFIX: "/nowhere",
    PYTHONHOME: "/nowhere",
    UV_FROZEN: "1",
    UV_LOCKED: "1",
    UV_MANAGED_PYTHON: "1",
    UV_NO_CACHE: "1",
    UV_PROJECT: "/nowhere",
    UV_PROJECT_ENVIRONMENT: "/nowhere",
    UV_PYTHON: "3.1",
    UV_SYSTEM_PYTHON: "1",
    UV_WORKING_DIR: "/nowhere",
    VIRTUAL_ENV: "/nowhere",
  }));

Deno.test("prepareRun finds local sources of the header from the script's folder", () =>
  inScene(async ({ folder, plan, context }) => {
    Deno.mkdirSync(join(folder, "mylib"));
    Deno.writeTextFileSync(
      join(folder, "mylib/pyproject.toml"),
      '[project]\nname = "mylib"\nversion = "1"\ndescription = "Ours"\n' +
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
    );
    const library = join(folder, "mylib/mylib.py");
    Deno.writeTextFileSync(library, '"""Ours."""\n__version__ = "1"\nVALUE = 1\n');
    const source = '# /// script\n# dependencies = ["mylib"]\n' +
      '# [tool.uv.sources]\n# mylib = { path = "mylib" }\n# ///\nimport mylib\nprint(mylib.VALUE)\n';
    const ended = await runPlan(await plan(source), context.baseEnv);
    assert.equal(ended.stdout, "1\n", ended.stderr);
    assert.notDeepEqual((await plan(source)).prepare, [], "it may have changed");
  }));

Deno.test("prepareRun keeps the header's settings for uv, such as exclude-newer", () =>
  inScene(async ({ plan, context }) => {
    // Which beats the header's.
    delete context.baseEnv.UV_EXCLUDE_NEWER;
    const source = '# /// script\n# dependencies = ["six"]\n# [tool.uv]\n' +
      '# exclude-newer = "2020-12-31T00:00:00Z"\n# ///\nimport six\nprint(six.__version__)\n';
    const ended = await runPlan(await plan(source), context.baseEnv);
    assert.equal(ended.stdout, "1.15.0\n", ended.stderr);
  }));

const versions = (await listInterpreters()).map(({ version }) => version);
const onlyOne = versions.length < 2 && "there is only one interpreter";

skippableTest(
  "prepareRun runs a script under each interpreter that is asked for",
  onlyOne,
  () =>
    inScene(async ({ plan, context }) => {
      const some = [versions[0]!, versions[versions.length >> 1]!, versions.at(-1)!];
      for (const version of new Set(some)) {
        const source = "import platform, six\nprint(platform.python_version(), six.__name__)\n";
        const made = await plan(source, { pythonVersion: version, dependencies: ["six"] });
        assert.equal((await runPlan(made, context.baseEnv)).stdout, `${version} six\n`);
        assert.equal(await interpreterVersion(made.run.argv[0]!), version);
      }
    }),
);

Deno.test("prepareRun takes the version from the header's requires-python", () =>
  inScene(async ({ plan, context }) => {
    const [newest] = await listInterpreters(context.baseEnv);
    const source = `# /// script\n# requires-python = ">=${newest!.version}"\n# ///\n` +
      "import platform\nprint(platform.python_version())\n";
    const { stdout } = await runPlan(await plan(source), context.baseEnv);
    assert.equal(stdout, `${newest!.version}\n`);
  }));

Deno.test("prepareRun fails at once and lists what is there when no such Python exists", () =>
  inScene(async ({ plan, context }) => {
    const made = await plan("print(1)\n", { pythonVersion: "3.99" });
    const started = performance.now();
    const ended = await runPlan(made, context.baseEnv);
    assert.ok(performance.now() - started < 15_000);
    assert.equal(ended.failedStep, "Downloading Python 3.99");
    const [newest] = await listInterpreters(context.baseEnv);
    const explained = await explain(ended);
    assert.ok(explained.includes(`${newest!.version} (${newest!.path})`), explained);
  }));

Deno.test("prepareRun says what to correct when a header asks for a Python that does not exist", () =>
  inScene(async ({ plan, context }) => {
    const ended = await runPlan(
      await plan('# /// script\n# requires-python = ">=3.99"\n# ///\nprint(1)\n'),
      context.baseEnv,
    );
    const explained = await explain(ended);
    assert.match(
      explained,
      /^Downloading Python >=3\.99 \(requires-python of the script's header\)/,
    );
    assert.match(
      explained,
      /Correct that `requires-python` .* `python_version`, which comes before/,
    );
    assert.doesNotMatch(explained, /leave it out/);
  }));

Deno.test("prepareRun notes what looks like a header and is none", () =>
  inScene(async ({ plan }) => {
    const made = await plan('# /// script\n# dependencies = ["six"]\nprint(1)\n');
    assert.match(made.note!, /Line 1 looks like .* no line `# \/\/\/` closes it/);
    const first = await plan("# /// SCRIPT\n# ///\n", { dependencies: ["six"] });
    assert.match(first.note!, /Line 1 .* must be exactly/);
  }));

Deno.test("prepareRun refuses an unknown version without uv and lists what is there", () =>
  inScene(async ({ plan }) => {
    await assert.rejects(plan("print(1)\n", { useUv: false, pythonVersion: "3.99" }), {
      name: "UserError",
      message: /There is 3\.\d+\.\d+ \(\//,
    });
  }));

Deno.test("prepareRun explains that a distribution does not exist", () =>
  inScene(async ({ plan, context }) => {
    const name = "python-mcp-no-such-distribution";
    const made = await plan("print(1)\n", { dependencies: [name] });
    const ended = await runPlan(made, context.baseEnv);
    assert.equal(ended.failedStep, `Resolving and installing ${name}`);
    const explained = await explain(ended);
    assert.match(explained, /There is no distribution named python-mcp-no-such-distribution/);
  }));

Deno.test("prepareRun installs what the imports need when it may", () =>
  inScene(async ({ plan, context }) => {
    const made = await plan("import six\nprint(six.__name__)\n", { detectImports: true });
    assert.deepEqual(made.resolvedDependencies, ["six"]);
    assert.equal(made.note, "Detected from the imports: six");
    assert.equal((await runPlan(made, context.baseEnv)).stdout, "six\n");
  }));

Deno.test("prepareRun installs nothing for a module that is not in the table", () =>
  inScene(async ({ plan }) => {
    const made = await plan("import reqeusts\n", { detectImports: true });
    assert.deepEqual(made.resolvedDependencies, []);
    assert.match(made.note!, /reqeusts.*`dependencies`/);
  }));

Deno.test("prepareRun installs uv first where there is none", async () => {
  const home = Deno.makeTempDirSync();
  try {
    await inScene(async ({ plan, context }) => {
      context.baseEnv.PATH = "/usr/bin:/bin";
      context.baseEnv.PYENV_ROOT = home;
      const made = await plan("print(1)\n");
      assert.equal(made.prepare[0]!.label, "Installing uv from PyPI (once)");
      assert.match(made.note!, /uv was not found/);
    }, { HOME: home });
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

async function explain(ended: { failedStep?: string; stderr: string }): Promise<string> {
  const interpreters = describeInterpreters(await listInterpreters());
  return explainFailure(ended.stderr, { label: ended.failedStep!, interpreters });
}
