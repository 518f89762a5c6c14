import assert from "node:assert/strict";
import { join } from "node:path";
import type { CellOutput } from "../../../lib/runs/sessions/transcript_entry.ts";
import { tellStory } from "../../../lib/runs/sessions/session_story.ts";
import { transcriptNotebook } from "../../../lib/runs/sessions/transcript_notebook.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { connect } from "../../helpers/connect.ts";
import { uvFolder, withUv } from "../../helpers/run_plan.ts";
import { endSessions } from "../../helpers/sessions.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { began, printed, ran, shown, writeSession } from "../../helpers/transcript_scene.ts";

const PACKAGES = [
  "nbformat==5.10.4",
  "nbconvert==7.16.6",
  "ipykernel==6.29.5",
  "matplotlib==3.10.0",
];
/** Validates a notebook, shows it, and runs it; prints the page and what the cells came to. */
const CHECK = `
import json, sys
import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor
book = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(book, repair_duplicate_cell_ids=False)
page, _ = HTMLExporter().from_notebook_node(book)
again, _ = ExecutePreprocessor(timeout=120, allow_errors=True).preprocess(book)
print(json.dumps({"page": page, "outputs": [cell.get("outputs", []) for cell in again.cells]}))
`;

interface Output {
  data?: Record<string, string>;
  evalue?: string;
}

/** What no well-behaved library shows. */
const ODD: unknown[] = [
  { output_type: "display_data", data: { "text/plain": 5, "application/json": { a: [1] } } },
  { output_type: "display_data", data: { "image/png": { path: "nowhere" } } },
  { output_type: "execute_result", data: { "text/html": ["<b>", "x</b>"] }, metadata: null },
  { output_type: "error", ename: null, evalue: 1, traceback: null },
  { output_type: "stream", name: "console", text: "half a character: \ud800" },
  { output_type: "update_display_data", data: {} },
];

Deno.test("Jupyter reads, runs and shows the notebook of a session", async () => {
  const home = await Deno.makeTempDir();
  try {
    const entries = [
      began(),
      ran(1, "rows = [1, 2, 3]\nprint('read')", [printed("read\n")]),
      ran(2, "1 / 0", ODD as CellOutput[], "failed"),
      ran(3, "sum(rows) * 7", [shown("pictures/cell_3_1.png")]),
      { type: "end", at: 1, reason: "SIGSEGV", died: true } as const,
    ];
    const folder = writeSession(home, "work", [...entries, began(), ran(1, "")]);
    const path = join(home, "work.ipynb");
    const story = tellStory([...entries, began(), ran(1, "")]);
    await Deno.writeTextFile(path, transcriptNotebook("work", story, folder));

    const { page, outputs } = await inJupyter(path);
    assert.match(page, /src="data:image\/png;base64,/);
    assert.deepEqual(outputs[2]![0]!.data, { "text/plain": "42" });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("Jupyter runs the notebook of a session with the same results and pictures", async () => {
  await using home = await TestHome.create();
  const env = await withUv();
  await using server = await connect({ home: home.join("home"), cwd: home.path, env });
  try {
    const cells = [
      "import math\nimport matplotlib.pyplot as plt",
      "plt.plot([1, 2])\nplt.show()",
      "%timeit -n1 -r1 pass\nawait __import__('asyncio').sleep(0, math.floor(42.5))",
      "1 / 0",
    ];
    for (const code of cells) {
      const { json } = await server.call("py_session_run", { code, time_budget_seconds: 180 });
      assert.equal(json.error, undefined);
    }
    const path = home.join("saved.ipynb");
    const { json } = await server.call("py_session_save", { session: "default", path });
    assert.deepEqual(json, { written: true, path, cells: 4 });
    const { cells: saved, metadata } = JSON.parse(await Deno.readTextFile(path));
    const picture = saved[1].outputs.find((one: Output) => one.data?.["image/png"]);
    assert.match(picture.data["image/png"], /^iVBORw0KGgo/);
    assert.match(metadata.python_mcp.packages.join(), /matplotlib/);
    const { outputs } = await inJupyter(path);
    assert(outputs[1]!.some((one) => one.data?.["image/png"]));
    assert.deepEqual(outputs[2]!.at(-1)!.data, saved[2].outputs.at(-1).data);
    assert.equal(outputs[3]!.at(-1)!.evalue, saved[3].outputs.at(-1).evalue);
  } finally {
    await endSessions(server);
  }
});

async function inJupyter(path: string): Promise<{ page: string; outputs: Output[][] }> {
  const uv = join(await uvFolder(), "uv");
  const tools = PACKAGES.map((one) => `--with=${one}`);
  const { code, stdout, stderr } = await runProcess(
    [
      uv,
      "run",
      "--no-project",
      "--exclude-newer=2026-11-28",
      ...tools,
      "python",
      "-c",
      CHECK,
      path,
    ],
    { timeoutMs: 180_000 },
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
