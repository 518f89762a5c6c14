import assert from "node:assert/strict";
import { runCell } from "../helpers/sessions.ts";
import { SessionScene } from "../helpers/session_scene.ts";

/** What a session can be started with, and what is said of it. */

type Json = Record<string, unknown>;

const scene = await SessionScene.create();

const REFUSED: { name: string; input: Json; text: RegExp }[] = [
  {
    name: "a path as a session",
    input: { session: "../x", code: "1" },
    text: /Cannot use `session` "\.\.\/x".*`directory`/,
  },
  { name: "an empty session", input: { session: "", code: "1" }, text: /Cannot use `session` ""/ },
  {
    name: "a name that is too long",
    input: { session: "a".repeat(65), code: "1" },
    text: /1 to 64/,
  },
  {
    name: "empty code",
    input: { session: "none", code: " \n" },
    text: /Cannot run `code`: it is empty/,
  },
  { name: "a NUL character", input: { session: "none", code: "1\0" }, text: /NUL/ },
  {
    name: "more than 5 MB of code",
    input: { session: "none", code: `#${"x".repeat(5 << 20)}` },
    text: /5\.0 MB.*5 MB/,
  },
  {
    name: "a directory that is not there",
    input: { session: "none", code: "1", directory: "/nowhere" },
    text: /\/nowhere/,
  },
  {
    name: "packages without uv",
    input: { session: "none", code: "1", dependencies: ["x"] },
    text: /use_uv: false/,
  },
  {
    name: "another directory",
    input: { session: "lives", code: "1", directory: "/" },
    text: /Cannot use `directory` "\/".*it lives already, in .*py_session_end/,
  },
  {
    name: "another Python",
    input: { session: "lives", code: "1", python_version: "3.6" },
    text: /python_version/,
  },
  {
    name: "use_uv",
    input: { session: "lives", code: "1", use_uv: true },
    text: /Cannot use `use_uv`.*use_uv false/,
  },
  {
    name: "memory",
    input: { session: "lives", code: "1", memory_mb: 100 },
    text: /memory_mb.*without one/,
  },
  {
    name: "other variables",
    input: { session: "lives", code: "1", env_vars: { A: "2" } },
    text: /env_vars.*with A, whose values are not these/,
  },
];

Deno.test("py_session_run refuses", async (t) => {
  await scene.run("lives", "1", { env_vars: { A: "1" } });
  for (const { name, input, text } of REFUSED) {
    await t.step(name, async () => {
      const { json, isError } = await runCell(await scene.server(), "", input);
      assert(isError, JSON.stringify(json));
      assert.match(String(json.error), text);
    });
  }
  assert.equal(
    (await scene.run("lives", "import os; os.environ['A']", { env_vars: { A: "1" } })).result,
    "'1'",
  );
  const { json } = await (await scene.server()).call("py_sessions");
  assert(!(json.sessions as Json[]).some(({ session }) => session === "none"));
});

Deno.test("py_session_run starts anew after a session that could not start", async () => {
  const { error } = await scene.run("unlucky", "1", { env_vars: { PYTHONHOME: "/nowhere" } });
  assert.match(String(error), /could not start: .*exit code 1/);
  assert.deepEqual(await scene.run("unlucky", "1").then(({ result, note }) => ({ result, note })), {
    result: "1",
    note: undefined,
  });
});

Deno.test("py_sessions lists a session's variables without running its code", async () => {
  await scene.run(
    "variables",
    `class Slow:
    def __repr__(self):
        while True: pass
slow, number, text, many = Slow(), 7, "a" * 1000, {"a": [1, (2, Slow())]}
def f(): pass`,
  );
  const { variables, state, cells, directory } = await scene.look("variables");
  assert.deepEqual({ state, cells, directory }, {
    state: "idle",
    cells: 1,
    directory: scene.home.join("sessions/variables/files"),
  });
  const shown = Object.fromEntries((variables as Json[]).map(({ name, ...rest }) => [name, rest]));
  assert.deepEqual(shown.number, { type: "int", shape: null, size_bytes: 28, preview: "7" });
  assert.deepEqual(shown.slow, { type: "Slow", shape: null, size_bytes: null, preview: null });
  assert.equal((shown.text as Json).shape, 1000);
  assert.equal((shown.many as Json).preview, "{'a': [1, <tuple>]}");
  await scene.run("variables", "import time; time.sleep(60)", { async_mode: true });
  await scene.untilBusy("variables");
  assert.equal((await scene.look("variables")).variables, null);
});
