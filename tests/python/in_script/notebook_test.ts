import assert from "node:assert/strict";
import { join } from "node:path";
import { notebookSource } from "../../../lib/python/in_script/notebook.ts";
import { inScene, sceneHome } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const home = sceneHome();

/** A notebook with these code cells. */
function notebook(...cells: string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "somebody-elses", display_name: "x" } },
    cells: cells.map((source) => ({
      cell_type: "code",
      metadata: {},
      execution_count: null,
      outputs: [],
      source: source.split(/(?<=\n)/),
    })),
  });
}

async function runNotebook(text: string, dependencies?: string[], args: string[] = []) {
  let ran: { stdout: string; stderr: string; code: number; artifacts: string[] } | undefined;
  await inScene(
    async ({ folder, plan, context }) => {
      const scriptPath = join(folder, "book.ipynb");
      Deno.writeTextFileSync(scriptPath, text);
      const artifacts = join(folder, "job", "artifacts");
      Deno.mkdirSync(artifacts, { recursive: true });
      const made = await plan("", {
        scriptPath,
        source: text,
        args,
        dependencies,
        detectImports: true,
        env: { PYTHON_MCP_ARTIFACTS: artifacts },
      });
      const ended = await runPlan(made, context.baseEnv);
      ran = {
        ...ended,
        artifacts: [...Deno.readDirSync(artifacts)].map(({ name }) => name).sort(),
      };
    },
    {},
    home(),
  );
  return ran!;
}

Deno.test("notebookSource leaves out what is not Python", () => {
  const text = notebook("%matplotlib inline\nimport a\n!ls\na?", "%%bash\nls", "%%time\nimport b");
  assert.deepEqual(notebookSource(text, "x").match(/import \w/g), ["import a", "import b"]);
  assert.doesNotMatch(notebookSource(text, "x"), /ls|inline|\?/);
});

Deno.test("notebookSource says that a file is no notebook", () => {
  assert.throws(() => notebookSource("print(1)", "/a/x.ipynb"), {
    name: "UserError",
    message: /\/a\/x\.ipynb/,
  });
});

Deno.test("a notebook prints what its cells print and show", async () => {
  const { stdout, stderr, code, artifacts } = await runNotebook(
    notebook(
      "import six\nx = 6",
      "print(six.__name__)",
      "x * 7",
      "import sys\nprint('e', file=sys.stderr)",
    ),
  );
  assert.equal(stdout, "six\n42\n", stderr);
  assert.equal(code, 0);
  assert.equal(stderr, "e\n");
  assert.deepEqual(artifacts, ["book.ipynb"]);
});

Deno.test("a notebook's pictures become files", async () => {
  const { stdout, artifacts, stderr } = await runNotebook(
    notebook(
      "import matplotlib.pyplot as plt",
      "plt.plot([1, 2])\nplt.show()",
      "plt.plot([2, 1]);",
    ),
  );
  assert.deepEqual(artifacts, ["book.ipynb", "cell_2_1.png", "cell_3_2.png"], stderr);
  assert.match(stdout, /\[picture: cell_2_1\.png\]/);
});

Deno.test("a notebook ends at the cell that fails", async () => {
  const { stdout, stderr, code } = await runNotebook(notebook("print(1)", "1 / 0", "print(3)"));
  assert.deepEqual([stdout, code], ["1\n", 1]);
  assert.match(stderr, /In cell 2 of book\.ipynb\nZeroDivisionError: division by zero\n$/);
});

Deno.test("a notebook needs uv", () =>
  inScene(async ({ folder, plan }) => {
    const scriptPath = join(folder, "book.ipynb");
    await assert.rejects(plan("", { scriptPath, source: notebook("1"), useUv: false }), {
      name: "UserError",
      message: /Leave use_uv out/,
    });
  }));

Deno.test("what children and C code of a notebook print comes once", async () => {
  const { stdout, stderr } = await runNotebook(
    notebook(
      "import os, subprocess\nos.system('echo once')",
      "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from C')\nlibc.fflush(None);",
      "subprocess.run(['sh', '-c', 'echo child; echo error >&2']);",
    ),
  );
  const lines = stdout.split("\n");
  for (const line of ["once", "from C", "child"]) {
    assert.equal(lines.filter((one) => one === line).length, 1, `${line} in ${stdout}`);
  }
  assert.equal(stderr.split("error").length, 2, stderr);
});

Deno.test("pip in a notebook installs for this run alone", async () => {
  const cells = [
    "!pip install -q toolz==0.12.0\ntoolz = __import__('too' + 'lz')\nprint(toolz.__version__)",
    "%pip install -q six==1.15.0",
    "import six, sys\nprint(six.__version__)",
    "print([one.startswith(sys.prefix) for one in (toolz.__file__, six.__file__)])",
  ];
  const { stdout, stderr } = await runNotebook(notebook(...cells), []);
  assert.match(stdout, /^0\.12\.0\n[^]*1\.15\.0\n\[False, False\]\n$/, stderr);
  // The environment, which is the same, has none of it.
  const look = "import importlib.util, six\nprint(importlib.util.find_spec('too' + 'lz'))";
  assert.equal((await runNotebook(notebook(look), [])).stdout, "None\n");
});

Deno.test("args set the parameters of a notebook's tagged cell", async () => {
  const book = JSON.parse(notebook("n = 1\nname = 'a'", "print(n + 1, name)"));
  book.cells[0].metadata.tags = ["parameters"];
  const { stdout, stderr } = await runNotebook(JSON.stringify(book), undefined, [
    "n=41",
    "name=b c",
  ]);
  assert.equal(stdout, "42 b c\n", stderr);
});

const REFUSED: Record<
  string,
  [change: (book: Record<string, unknown>) => void, more: object, error: RegExp]
> = {
  "args without a cell for them": [
    () => {},
    { args: ["n=1"] },
    /no cell with the tag `parameters`/,
  ],
  "args that are no parameters": [() => {}, { args: ["--n"] }, /each as `name=value`/],
  "stdin": [() => {}, { stdin: "text" }, /`stdin`/],
  "another language by its kernel": [
    (book) => book.metadata = { kernelspec: { name: "ir", display_name: "R" } },
    {},
    /written in ir, and only Python/,
  ],
  "another language by name": [
    (book) => book.metadata = { kernelspec: { name: "x", language: "julia" } },
    {},
    /written in julia/,
  ],
  "no version": [(book) => delete book.nbformat, {}, /`nbformat` is missing, and must be 4/],
  "a version that is text": [(book) => book.nbformat = "4", {}, /`nbformat` is "4"/],
};
for (const [what, [change, more, error]] of Object.entries(REFUSED)) {
  Deno.test(`a notebook is refused when it has ${what}`, () =>
    inScene(async ({ folder, plan }) => {
      const book = JSON.parse(notebook("print(1)"));
      change(book);
      const scriptPath = join(folder, "book.ipynb");
      await assert.rejects(plan("", { scriptPath, source: JSON.stringify(book), ...more }), {
        name: "UserError",
        message: error,
      });
    }));
}

Deno.test("a notebook shows the last value of an output that is updated, and rich output as text", async () => {
  const { stdout, artifacts, stderr } = await runNotebook(
    notebook(
      "from IPython.display import display, HTML, Markdown\n" +
        "shown = display('first', display_id=True)\nshown.update('last')",
      "display(Markdown('# Title'))",
      "display(HTML('<b>bold</b>'))",
      "{'a': 1}",
    ),
  );
  assert.equal(stdout, "'last'\n# Title\n[html: cell_3_1.html]\n{'a': 1}\n", stderr);
  assert.ok(artifacts.includes("cell_3_1.html"));
});

Deno.test("a notebook's imports include those of the files that it runs", () => {
  const source = notebookSource(notebook("%run util.py -v\nx = 1", "  %run -i other\n"), "x");
  assert.match(source, /runpy\.run_path\("util\.py"\)/);
  assert.match(source, /runpy\.run_path\("other"\)/);
});
