import assert from "node:assert/strict";
import { join } from "node:path";
import { notebookSource } from "../../../lib/python/in_script/notebook.ts";
import { notebook, runNotebook } from "../../helpers/notebook_scene.ts";
import { inScene, sceneHome } from "../../helpers/python_scene.ts";

const home = sceneHome();

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
    home(),
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

Deno.test("a notebook's pictures become files, and so do figures that it saves without showing them", async () => {
  const { stdout, stderr, code, artifacts } = await runNotebook(
    home(),
    notebook(
      'import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig("closed.png")\nplt.close()',
      'plt.plot([1, 2])\nplt.savefig("open.png");',
      'plt.plot([2, 1])\nplt.show()\nplt.savefig("empty.png")\nplt.close()',
      'figure, _ = plt.subplots()\nfigure.savefig("last.svg")\nplt.close()\nfigure',
    ),
  );
  assert.deepEqual(artifacts, [
    "book.ipynb",
    "cell_2_1.png",
    "cell_3_2.png",
    "cell_4_3.png",
    "figure_closed.png",
    "figure_empty.png",
  ], stderr);
  assert.match(stdout, /\[picture: cell_2_1\.png\]/);
  assert.equal(code, 0, stderr);
});

Deno.test("a notebook ends at the cell that fails", async () => {
  const { stdout, stderr, code, noted } = await runNotebook(
    home(),
    notebook("print(1)", "1 / 0", "print(3)"),
  );
  assert.deepEqual([stdout, code], ["1\n", 1]);
  assert.equal(noted, "ZeroDivisionError: division by zero");
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
    home(),
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

Deno.test("a notebook names the cell that waits and since when, and ends at the time limit for cells", async () => {
  const busy =
    "import os, time\nend = time.monotonic() + 4.5\nwhile time.monotonic() < end: pass\n" +
    "print(open(os.environ['PYTHON_MCP_PROGRESS_FILE']).read())";
  const { stdout, stderr, code, progress, noted } = await runNotebook(
    home(),
    notebook(busy, "import threading\nthreading.Event().wait()", "print(3)"),
    undefined,
    { env: { PYTHON_MCP_CELL_TIMEOUT_SECONDS: "5.5" } },
  );
  assert.equal(code, 1);
  assert.match(noted ?? "", /^TimeoutError: cell 2 took longer/);
  assert.match(stdout, /"cell 1 of 3"\}\n$/, stderr); // it was silent, and busy
  assert.match(progress, /"cell 2 of 3, idle for [2-6] s"/);
  const limit =
    /TimeoutError: cell 2 took longer than 6 s \(PYTHON_MCP_CELL_TIMEOUT_SECONDS\)/.source;
  assert.match(
    stderr,
    new RegExp(
      `Event\\(\\)\\.wait\\(\\)[^]*In cell 2 of book\\.ipynb\\n${limit}, and was idle for [2-6] s\\n$`,
    ),
  );
});

for (const limit of ["soon", "nan", "1e999"]) {
  Deno.test(`a notebook is refused when its time limit for cells is ${limit}`, async () => {
    const { stdout, stderr, code } = await runNotebook(home(), notebook("print(1)"), undefined, {
      env: { PYTHON_MCP_CELL_TIMEOUT_SECONDS: limit },
    });
    assert.deepEqual([stdout, code], ["", 1]);
    assert.match(stderr, new RegExp(`PYTHON_MCP_CELL_TIMEOUT_SECONDS=${limit} is not a number`));
  });
}

Deno.test("args set the parameters of a notebook's tagged cell", async () => {
  const book = JSON.parse(notebook("n = 1\nname = 'a'", "print(n + 1, name)"));
  book.cells[0].metadata.tags = ["parameters"];
  const { stdout, stderr } = await runNotebook(home(), JSON.stringify(book), undefined, {
    args: ["n=41", "name=b c"],
  });
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
    home(),
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
