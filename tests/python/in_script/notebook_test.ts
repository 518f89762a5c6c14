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

async function runNotebook(text: string, dependencies?: string[]) {
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
