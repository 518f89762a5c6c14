import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Connection } from "../helpers/connect.ts";
import { endSessions } from "../helpers/sessions.ts";
import { withUv } from "../helpers/run_plan.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Sessions in an environment of their own, with IPython; all cases share one server. */

type Json = Record<string, unknown>;

const home = await TestHome.create();
let started: Connection | undefined;

async function server(): Promise<Connection> {
  return started ??= await connect({
    home: home.path,
    env: { ...await withUv(), PYTHON_MCP_WARM: "off" },
  });
}

Deno.test.afterAll(async () => {
  if (started) await endSessions(started);
  await started?.close();
  await home[Symbol.asyncDispose]();
});

async function run(code: string, more: Json = {}): Promise<Json> {
  const args = { code, time_budget_seconds: 120, ...more };
  return (await (await server()).call("py_session_run", args)).json;
}

const CELLS: { name: string; code: string; expected: Json }[] = [
  {
    name: "a shell of IPython",
    code: "type(get_ipython()).__mro__[1].__name__",
    expected: { result: "'InteractiveShell'" },
  },
  { name: "%timeit", code: "%timeit -n 2 -r 1 1 + 1", expected: { stdout: /per loop/ } },
  {
    name: "%%time with its cell's value",
    code: "%%time\n40 + 2",
    expected: { stdout: /Wall time/, result: "42" },
  },
  {
    name: "a command of the shell",
    code: "!echo hello; echo problem >&2",
    expected: { stdout: "hello\n", stderr: "problem\n" },
  },
  {
    name: "lines of a command",
    code: "found = !echo a; echo b\nlist(found)",
    expected: { result: "['a', 'b']" },
  },
  {
    name: "an unknown magic",
    code: "%nothing",
    expected: { exception: /^UsageError: .*%nothing/, stderr: /^UsageError/ },
  },
  { name: "a semicolon that hides the value", code: "42;", expected: { result: null } },
  {
    name: "the last values",
    code: "_ is not None, len(Out) > 1",
    expected: { result: "(True, True)" },
  },
  { name: "help", code: "len?", expected: { stdout: /Return the number of items/ } },
  {
    name: "top-level await",
    code: "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    expected: { result: "'awaited'" },
  },
  {
    name: "asyncio.run",
    code: "asyncio.run(asyncio.sleep(0, 'ran'))",
    expected: { result: "'ran'" },
  },
  {
    name: "a traceback of the cell's lines",
    code: "def f(): return 1 / 0\nf()",
    expected: {
      exception: "ZeroDivisionError: division by zero",
      stderr: /^Traceback[^/]*<cell \d+>[^/]*<cell \d+>[^]*$/,
    },
  },
  {
    name: "a syntax error",
    code: "print(1)\nx = (",
    expected: { stdout: "", exception: /^SyntaxError/, stderr: /line 2/ },
  },
  {
    name: "%load_ext and %autoreload",
    code: "%load_ext autoreload\n%autoreload 2",
    expected: { exception: null },
  },
  { name: "%%bash", code: "%%bash\necho one", expected: { stdout: "one\n" } },
  {
    name: "%%bash once more",
    code: "%%bash\necho two; echo three >&2",
    expected: { stdout: "two\n", stderr: "three\n", note: undefined },
  },
  { name: "no output of other cells", code: "None", expected: { stdout: "", note: undefined } },
  {
    name: "a script that fails",
    code: "%%writefile fails.py\nraise OSError(5)",
    expected: { exception: null },
  },
  {
    name: "an exception of what %run runs",
    code: "%run fails.py",
    expected: { exception: "OSError: 5", stderr: /fails\.py", line 1/ },
  },
  {
    name: "a value that cannot be shown",
    code: "type('Silent', (), {'__repr__': lambda self: 1 / 0})()",
    expected: { exception: "ZeroDivisionError: division by zero", result: null },
  },
  { name: "a value after that", code: "1", expected: { exception: null, result: "1" } },
  {
    name: "no windows",
    code: "%gui qt",
    expected: { stderr: /a session has no windows \(qt\): plt\.show/ },
  },
  {
    name: "values after all names were removed",
    code: "globals().clear()",
    expected: { exception: null },
  },
  { name: "values after that", code: "6 * 7", expected: { result: "42", exception: null } },
  { name: "exit", code: "exit", expected: { stdout: /py_session_end/, exception: null } },
  {
    name: "sys.exit() without IPython's advice",
    code: "import sys; sys.exit(3)",
    expected: { exception: "SystemExit: 3", stderr: /SystemExit: 3\n$/ },
  },
  {
    name: "an installed import",
    code: "import tabulate\ntabulate.tabulate([[1]], tablefmt='plain')",
    expected: { result: "'1'", note: /Installed into the session for its imports: tabulate/ },
  },
  {
    name: "the same import without a note",
    code: "import tabulate",
    expected: { note: undefined },
  },
  {
    name: "%pip into the session",
    code: "%pip install six\nimport six\nsix.__name__",
    expected: { result: "'six'" },
  },
  {
    name: "a failing import as it is",
    code: "import no_such_module_anywhere",
    expected: { exception: /^ModuleNotFoundError/ },
  },
  {
    name: "its own packages in what it starts",
    code:
      "import subprocess\nsubprocess.run([sys.executable, '-c', 'import six; print(six.__name__)'], check=True)\nNone",
    expected: { stdout: "six\n" },
  },
];

Deno.test("a session with uv has", async (t) => {
  for (const { name, code, expected } of CELLS) {
    await t.step(name, async () => {
      const json = await run(code);
      for (const [key, value] of Object.entries(expected)) {
        if (value instanceof RegExp) assert.match(String(json[key]), value, JSON.stringify(json));
        else assert.deepEqual(json[key], value, JSON.stringify(json));
      }
    });
  }
});

Deno.test("a cell that came when its session was being prepared says how far that is", async () => {
  const more = { session: "prepared", dependencies: ["tabulate"], time_budget_seconds: 0.01 };
  const { job_id, status } = await run("1", more);
  assert.equal(status, "pending");
  const client = await server();
  await waitFor(async () => {
    const { json } = await client.call("py_job_status", { job_id });
    return /is being prepared \(1 of 1: /.test(String(json.note));
  }, { what: "the step" });
  const { json } = await client.call("py_job_status", { job_id, wait_seconds: 50 });
  assert.equal(((json.job as Json).result as Json).result, "1");
});

Deno.test("a session shows figures and tables", async () => {
  const client = await server();
  const code = `import matplotlib.pyplot as plt, pandas as pd
%matplotlib inline
for height in (1, 2):
    plt.plot([0, height])
    plt.show()
table = pd.DataFrame({"a": [1, 2]})
table`;
  const { json, content } = await client.call("py_session_run", { code, time_budget_seconds: 300 });
  assert.equal(json.result, "   a\n0  1\n1  2", JSON.stringify(json));
  assert.deepEqual(
    (json.artifacts as Json[]).map(({ mime_type }) => mime_type),
    ["image/png", "image/png"],
  );
  assert.deepEqual(content.slice(1).map(({ type }) => type), ["image", "image"]);
  const lines = Deno.readTextFileSync(join(home.path, "sessions/default/transcript.jsonl"));
  const { outputs, cell } = JSON.parse(lines.trim().split("\n").at(-1)!);
  assert.deepEqual(outputs[0].data["image/png"], { path: `pictures/cell_${cell}_1.png` });
  assert.match(outputs.at(-1).data["text/html"], /<table/);
  const { json: listed } = await client.call("py_sessions", { session: "default" });
  const [{ variables }] = listed.sessions as [{ variables: Json[] }];
  const table = variables.find(({ name }) => name === "table")!;
  assert.deepEqual(
    { ...table, size_bytes: 0 },
    { name: "table", type: "DataFrame", shape: "(2, 1)", size_bytes: 0, preview: "'a' int64" },
  );
});

Deno.test("a session is left as it was by a dependency that cannot be had", async () => {
  await run("kept = 1");
  const { error } = await run("kept = 2", { dependencies: ["no-such-package-anywhere-at-all==1"] });
  assert.match(String(error), /no-such-package-anywhere-at-all/);
  assert.equal((await run("kept")).result, "1");
});

Deno.test("a session refuses a dependency that would change what it has", async () => {
  await run("import six");
  const { error } = await run("1", { dependencies: ["six<1.10"] });
  assert.match(String(error), /six==[^]*The session is as it was/);
  assert.equal((await run("six.__name__")).result, "'six'");
});
