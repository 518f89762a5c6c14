import assert from "node:assert/strict";
import { adviseOnError } from "../../../lib/python/advice/advise_on_error.ts";

const advise = (
  error: string,
  { stderr = error, exitCode = 1, cpuSeconds = 0, withoutUv = false } = {},
) => adviseOnError({ error, stderr, exitCode, cpuSeconds, withoutUv });

const missing = (module: string) => `ModuleNotFoundError: No module named '${module}'`;

Deno.test("a missing module names its distribution and how to add it", async () => {
  const text = (await advise(missing("yaml.nodes")))!;
  assert.match(text, /yaml comes with the distribution pyyaml: add "pyyaml" to `dependencies`/);
  assert.match(text, /# dependencies = \["pyyaml"\]/);
});

Deno.test("a missing module of a run without uv needs uv first", async () => {
  assert.match(
    (await advise(missing("yaml"), { withoutUv: true }))!,
    /use_uv: true and add "pyyaml"/,
  );
});

Deno.test("a missing module that nobody knows is no distribution of that name", async () => {
  const text = (await advise(missing("reqeusts")))!;
  assert.match(text, /No well-known distribution has a module reqeusts/);
  assert.doesNotMatch(text, /"reqeusts"/);
});

Deno.test("a missing module of a newer Python asks for that Python", async () => {
  assert.match((await advise(missing("tomllib")))!, /python_version ">=3\.11"/);
});

for (
  const [library, name] of [
    ["libGL.so.1", "libgl1"],
    ["libgthread-2.0.so.0", "libglib2.0-0"],
    ["libgomp.so.1", "libgomp1"],
    ["libXrender.so.1", "libxrender1"],
    ["libsndfile.so.1", "libsndfile1"],
    ["libpq.so.5", "libpq5"],
    ["libstdc++.so.6", "libstdc++6"],
    ["libproj-9.so.2", "libproj-9-2"],
  ] as const
) {
  Deno.test(`a missing ${library} names the Debian package ${name}`, async () => {
    const error =
      `ImportError: ${library}: cannot open shared object file: No such file or directory`;
    assert.ok((await advise(error))!.includes(`apt install ${name}\``), await advise(error));
  });
}

Deno.test("a missing libGL under cv2 has a way out without the system", async () => {
  const error = "ImportError: libGL.so.1: cannot open shared object file: No such file";
  const stderr = `  File "/x/cv2/__init__.py", line 1\n${error}`;
  assert.match((await advise(error, { stderr }))!, /opencv-python-headless/);
});

Deno.test("exit code 137 is explained as out of memory", async () => {
  const text = await advise("The script was ended by SIGKILL", { exitCode: 137 });
  assert.match(text!, /out of memory/);
});

Deno.test("a syntax error names its line", async () => {
  const stderr =
    '  File "/x/script.py", line 3\n    x = = 1\n        ^\nSyntaxError: invalid syntax';
  assert.match(
    (await advise("SyntaxError: invalid syntax", { stderr }))!,
    /\(line 3\), and nothing/,
  );
});

Deno.test("a Python 2 script is called one", async () => {
  const error = "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?";
  assert.match((await advise(error))!, /written for Python 2/);
});

Deno.test("other failures speak for themselves", async () => {
  assert.equal(await advise("ZeroDivisionError: division by zero"), undefined);
});

Deno.test("a syntax error in a notebook names the cell, and no header is advised", async () => {
  const frame = "Traceback (most recent call last):\n  In cell 2 of book.ipynb\n";
  const error = "SyntaxError: invalid syntax (123.py, line 1)";
  assert.match(
    (await advise(error, { stderr: frame + error }))!,
    /^Cell 2 is not valid Python, and the cells before it ran/,
  );
  const text = (await advise(missing("yaml"), { stderr: frame + missing("yaml") }))!;
  assert.match(text, /add "pyyaml" to `dependencies`/);
  assert.doesNotMatch(text, /# \/\/\//);
});
