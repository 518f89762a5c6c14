import assert from "node:assert/strict";
import { join } from "node:path";
import { exists, readIfThere } from "../../../lib/base/private_files.ts";
import { NOTEBOOK_TOOLS, notebookSource } from "../../../lib/python/in_script/notebook.ts";
import { inScene, sceneHome } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";
import { runProcess } from "../../helpers/run_process.ts";

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

interface Ran {
  stdout: string;
  stderr: string;
  code: number;
  artifacts: string[];
  /** The last progress that it told. */
  progress: string;
}

async function runNotebook(
  text: string,
  dependencies?: string[],
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
) {
  let ran: Ran | undefined;
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
        env: {
          PYTHON_MCP_ARTIFACTS: artifacts,
          PYTHON_MCP_PROGRESS_FILE: join(folder, "progress.json"),
          ...env,
        },
      });
      const ended = await runPlan(made, context.baseEnv);
      ran = {
        ...ended,
        progress: readIfThere(join(folder, "progress.json")) ?? "",
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

Deno.test("a notebook's pictures become files, and so do figures that it saves without showing them", async () => {
  const { stdout, stderr, code, artifacts } = await runNotebook(
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

/** What installs six in this version, however a cell may say it. */
const INSTALLS = [
  "!pip install -q six==1.10.0",
  "%pip install -q six==1.11.0",
  "!pip3 install --user --progress-bar off -q six==1.12.0",
  "!pip3.{sys.version_info[1]} install -q six==1.13.0",
  "!python -m pip install -q six==1.14.0",
  "!uv pip install --system -q six==1.15.0",
  "%uv pip install -q six==1.16.0",
  "import pip\npip.main(['install', '-q', 'six==1.11.0']);",
];
const IMPORTS = "import importlib.metadata, subprocess, sys";
const SHOW = "print('six', importlib.metadata.version('six'), end=' ')";

Deno.test("pip in a notebook installs for this run alone, in all its forms", async () => {
  const cells = INSTALLS.flatMap((install) => [install, SHOW]);
  // The environment has none of it: without PYTHONPATH there is no six.
  const where = "look = 'import importlib.util; print(importlib.util.find_spec(\"six\"))'\n" +
    "subprocess.run([sys.executable, '-E', '-c', look]);";
  const looks = ["!pip show six", "!pip freeze"];
  const { stdout, stderr } = await runNotebook(notebook(IMPORTS, ...cells, ...looks, where), []);
  const versions = INSTALLS.map((install) => /1\.\d+\.0/.exec(install)![0]);
  const found = [...stdout.matchAll(/six (\S+)/g)].map(([, version]) => version);
  assert.deepEqual(found, versions, stderr);
  assert.match(stdout, /Version: 1\.11\.0[^]*six==1\.11\.0[^]*ipykernel==[^]*None\n$/);
});

Deno.test("pip in a notebook installs into the user's own .venv, as nbconvert's would", () =>
  inScene(async ({ folder, plan, context }) => {
    const venv = join(folder, ".venv");
    const env = { ...context.baseEnv, VIRTUAL_ENV: venv };
    const uv = async (...args: string[]) => {
      const { code, stderr } = await runProcess(["uv", ...args], { env });
      assert.equal(code, 0, stderr);
    };
    await uv("venv", venv);
    await uv("pip", "install", "--exclude-newer=2026-11-28", ...NOTEBOOK_TOOLS);
    const scriptPath = join(folder, "book.ipynb");
    const text = notebook(IMPORTS, "!pip3 install -q six==1.12.0", SHOW);
    Deno.writeTextFileSync(scriptPath, text);
    const request = { scriptPath, source: text, projectDirectory: folder };
    const { stdout, stderr } = await runPlan(await plan("", request), context.baseEnv);
    assert.equal(stdout, "six 1.12.0 ", stderr);
    const [lib] = [...Deno.readDirSync(join(venv, "lib"))];
    assert.ok(exists(join(venv, "lib", lib!.name, "site-packages", "six.py")));
  }));

Deno.test("a notebook names the cell that waits and since when, and ends at the time limit for cells", async () => {
  const busy =
    "import os, time\nend = time.monotonic() + 4.5\nwhile time.monotonic() < end: pass\n" +
    "print(open(os.environ['PYTHON_MCP_PROGRESS_FILE']).read())";
  const { stdout, stderr, code, progress } = await runNotebook(
    notebook(busy, "import threading\nthreading.Event().wait()", "print(3)"),
    undefined,
    { env: { PYTHON_MCP_CELL_TIMEOUT_SECONDS: "5.5" } },
  );
  assert.equal(code, 1);
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
    const { stdout, stderr, code } = await runNotebook(notebook("print(1)"), undefined, {
      env: { PYTHON_MCP_CELL_TIMEOUT_SECONDS: limit },
    });
    assert.deepEqual([stdout, code], ["", 1]);
    assert.match(stderr, new RegExp(`PYTHON_MCP_CELL_TIMEOUT_SECONDS=${limit} is not a number`));
  });
}

Deno.test("args set the parameters of a notebook's tagged cell", async () => {
  const book = JSON.parse(notebook("n = 1\nname = 'a'", "print(n + 1, name)"));
  book.cells[0].metadata.tags = ["parameters"];
  const { stdout, stderr } = await runNotebook(JSON.stringify(book), undefined, {
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
