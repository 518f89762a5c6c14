import assert from "node:assert/strict";
import { join } from "node:path";
import {
  defaultInterpreter,
  describeInterpreters,
  findInterpreter,
  findLauncherPython,
  listInterpreters,
} from "../../../lib/python/interpreters/find_interpreters.ts";
import { parsePythonVersion } from "../../../lib/python/interpreters/python_version.ts";

const real = findLauncherPython();

/** A machine whose PATH has pyenv's shims first and two versions of Python in pyenv. */
async function withPyenv(body: (env: Record<string, string>, root: string) => unknown) {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    Deno.mkdirSync(join(root, "shims"));
    Deno.writeTextFileSync(join(root, "shims/python3"), "#!/bin/sh\nexit 9\n", { mode: 0o755 });
    for (const version of ["3.11.5", "3.11.20", "2.7.18"]) {
      const folder = join(root, "versions", version, "bin");
      Deno.mkdirSync(folder, { recursive: true });
      // A file of its own at this place: links would be followed to the real one's version.
      Deno.copyFileSync(Deno.realPathSync(real), join(folder, "python3"));
    }
    const env = { PATH: `${join(root, "shims")}:/usr/bin`, PYENV_ROOT: root, HOME: root };
    await body(env, root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

Deno.test("defaultInterpreter is what pyenv means where its shim comes first", () =>
  withPyenv((env, root) => {
    Deno.writeTextFileSync(join(root, "version"), "3.11.5\n");
    assert.equal(defaultInterpreter(env), join(root, "versions/3.11.5/bin/python3"));
    const shell = { ...env, PYENV_VERSION: "3.11" };
    assert.equal(defaultInterpreter(shell), join(root, "versions/3.11.20/bin/python3"));
  }));

Deno.test("defaultInterpreter is the next on PATH where pyenv means the system's", () =>
  withPyenv((env, root) => {
    Deno.writeTextFileSync(join(root, "version"), "system\n");
    assert.doesNotMatch(defaultInterpreter(env), /shims|versions/);
  }));

Deno.test("defaultInterpreter passes over versions that are too old", () =>
  withPyenv((env, root) => {
    Deno.writeTextFileSync(join(root, "version"), "2.7.18\n");
    assert.doesNotMatch(defaultInterpreter(env), /2\.7/);
  }));

Deno.test("findLauncherPython prefers the system's interpreter to those of pyenv", () =>
  withPyenv((env, root) => {
    Deno.writeTextFileSync(join(root, "version"), "3.11.5\n");
    assert.equal(findLauncherPython(env), real);
  }));

Deno.test("findInterpreter without a request gives the default and its version", async () => {
  const found = await findInterpreter();
  assert.equal(found.path, defaultInterpreter());
  assert.match(found.version, /^3\.\d+\.\d+$/);
});

Deno.test("findInterpreter prefers the default to newer ones that match as well", async () => {
  const { path } = await findInterpreter(await parsePythonVersion(">=3.8"));
  assert.equal(path, defaultInterpreter());
});

Deno.test("findInterpreter finds every version that is listed", async () => {
  for (const { version } of await listInterpreters()) {
    assert.equal((await findInterpreter(await parsePythonVersion(version))).version, version);
  }
});

Deno.test("findInterpreter lists what is there when nothing matches", async () => {
  const [newest] = await listInterpreters();
  await assert.rejects(findInterpreter(await parsePythonVersion("3.99")), (error: Error) => {
    assert.equal(error.name, "UserError");
    assert.ok(error.message.includes(`${newest!.version} (${newest!.path})`));
    return true;
  });
});

Deno.test("listInterpreters has an environment on PATH once, whatever names it gives its Python", async () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const bin = join(folder, "venv/bin");
    Deno.mkdirSync(bin, { recursive: true });
    Deno.writeTextFileSync(join(folder, "venv/pyvenv.cfg"), "version = 3.11.2\n");
    const names = ["python", "python3", "python3.11"];
    for (const name of names) Deno.symlinkSync(Deno.realPathSync(real), join(bin, name));
    const all = await listInterpreters({ PATH: `${bin}:/usr/bin`, HOME: folder });
    assert.equal(all.filter(({ path }) => path.startsWith(bin)).length, 1);
    const described = describeInterpreters(all);
    for (const { version } of all) assert.equal(described.split(`${version} (`).length, 2);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
