import assert from "node:assert/strict";
import { join } from "node:path";
import { listInterpreters } from "../../lib/python/interpreters/find_interpreters.ts";
import { inScene, type Scene } from "../helpers/python_scene.ts";
import { skippableTest } from "../helpers/skippable.ts";
import { runPlan } from "../helpers/run_plan.ts";

const show = "import platform\nprint(platform.python_version())\n";

/** Runs a script in a folder with these files and returns the version that it ran on. */
async function versionIn(
  { folder, plan, context }: Scene,
  files: Record<string, string>,
  request: Parameters<Scene["plan"]>[1] = {},
  source = show,
): Promise<{ version: string; note?: string }> {
  const directory = join(folder, "work");
  Deno.mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(join(directory, name), text);
  }
  const made = await plan(source, { projectDirectory: directory, cwd: directory, ...request });
  const ended = await runPlan(made, context.baseEnv);
  assert.equal(ended.code, 0, ended.stderr);
  return { version: ended.stdout.trim(), note: made.note };
}

/** A version here that the default is not: 3.9 or else the oldest. */
const another = await findAnother();

async function findAnother(): Promise<string | undefined> {
  const all = (await listInterpreters()).map(({ version }) => version);
  if (new Set(all.map((version) => version.split(".")[1])).size < 3) return undefined;
  return all.find((version) => version.startsWith("3.9.")) ?? all.at(-1);
}

function testWithAnother(
  name: string,
  run: (version: string, scene: Scene) => Promise<void>,
): void {
  const why = another === undefined && "there are fewer than three minor versions of Python here";
  skippableTest(name, why, () => inScene((scene) => run(another!, scene)));
}

const project = (range: string) =>
  `[project]\nname = "p"\nversion = "1"\nrequires-python = "${range}"\n`;

testWithAnother("a script runs on the version of .python-version", async (version, scene) => {
  assert.equal((await versionIn(scene, { ".python-version": version })).version, version);
});

testWithAnother(
  "a .python-version of another patch release means the one that is here",
  async (version, scene) => {
    const pinned = version.replace(/\d+$/, "99");
    assert.equal((await versionIn(scene, { ".python-version": pinned })).version, version);
  },
);

Deno.test("a .python-version that nothing here fits is said and passed over", () =>
  inScene(async (scene) => {
    const { note } = await versionIn(scene, { ".python-version": "3.99.1\n" });
    assert.match(note!, /3\.99\.1 of \.python-version was not found/);
  }));

testWithAnother("a script runs on a version that its project allows", async (version, scene) => {
  const files = { "pyproject.toml": project(`==${version}`) };
  assert.equal((await versionIn(scene, files)).version, version);
});

testWithAnother("the header's requires-python beats the project's", async (version, scene) => {
  const header = `# /// script\n# requires-python = "==${version}"\n# ///\n`;
  const files = { "pyproject.toml": project(">=3.10") };
  assert.equal((await versionIn(scene, files, {}, header + show)).version, version);
});

testWithAnother("python_version beats .python-version", async (version, scene) => {
  const minor = version.split(".").slice(0, 2).join(".");
  const files = { ".python-version": "3.11\n" };
  assert.equal((await versionIn(scene, files, { pythonVersion: minor })).version, version);
});

Deno.test("python_version may be a range", () =>
  inScene(async (scene) => {
    const { version } = await versionIn(scene, {}, { pythonVersion: ">=3.8" });
    assert.match(version, /^3\.\d+\.\d+$/);
  }));
