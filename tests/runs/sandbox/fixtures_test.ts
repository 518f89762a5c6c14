import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../helpers/program.ts";
import { noSandbox, SandboxScene } from "../../helpers/sandbox_scene.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

/** Scripts whose output differs from run to run, or is about what the level hides. */
const DIFFERENT: Record<string, string> = {
  "command_line.py": "prints the server's variables",
  "exit_exception_in_atexit.py": "prints an address",
  "faults.py": "prints where its thread lies in memory",
  "jobs_api.py": "prints variables in their order",
  "main_module.py": "prints addresses",
  "process.py": "prints its process group and namespaces",
  "random_values.py": "prints random values",
  "show_path.py": "prints the packages of the user's home",
  "signals.py": "prints its filter of system calls",
  "subprocesses.py": "prints the server's variables",
  "threads.py": "prints in the order of its threads",
};

skippableTest("scripts do in a workspace what they do bare", noSandbox, async () => {
  const home = await TestHome.create();
  await using bare = await SandboxScene.open("off", {}, home);
  const boxed = await SandboxScene.open("workspace", {}, home);
  await using _ = { [Symbol.asyncDispose]: () => boxed.app.close() };
  const names = ["warm", "live_output"].flatMap((folder) => copyAll(folder, bare.root)).sort();
  assert(names.length > 40);
  for (const name of names.filter((name) => !(name in DIFFERENT))) {
    const script = { scriptPath: join(bare.root, name), args: ["a"], stdin: "x\ny\n" };
    const [expected, found] = [await bare.run("", script), await boxed.run("", script)];
    for (const key of ["stdout", "stderr", "exit_code", "signal", "note"]) {
      assert.equal(found[key], expected[key], `${name}: ${key}`);
    }
  }
});

function copyAll(fixtures: string, root: string): string[] {
  const folder = `${ROOT}tests/fixtures/${fixtures}`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".py"));
  for (const name of names) Deno.copyFileSync(join(folder, name), join(root, name));
  return names;
}
