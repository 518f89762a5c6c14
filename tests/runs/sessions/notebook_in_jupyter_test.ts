import assert from "node:assert/strict";
import { join } from "node:path";
import type { CellOutput } from "../../../lib/runs/sessions/transcript_entry.ts";
import { tellStory } from "../../../lib/runs/sessions/session_story.ts";
import { transcriptNotebook } from "../../../lib/runs/sessions/transcript_notebook.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { began, printed, ran, shown, writeSession } from "../../helpers/transcript_scene.ts";

const PACKAGES = ["nbformat==5.10.4", "nbconvert==7.16.6", "ipykernel==6.29.5"];
const VALIDATE = "import nbformat, sys\n" +
  "nbformat.validate(nbformat.read(sys.argv[1], as_version=4), repair_duplicate_cell_ids=False)\n";

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

    await jupyter("python", "-c", VALIDATE, path);
    await jupyter("jupyter-nbconvert", "--to=html", "--output=seen.html", path);
    assert.match(await Deno.readTextFile(join(home, "seen.html")), /src="data:image\/png;base64,/);
    await jupyter("jupyter-nbconvert", ...RUN, "--to=notebook", "--output=again.ipynb", path);
    const again = JSON.parse(await Deno.readTextFile(join(home, "again.ipynb")));
    assert.deepEqual(again.cells[2].outputs[0].data["text/plain"], ["42"]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

const RUN = ["--execute", "--allow-errors"];

async function jupyter(...command: string[]): Promise<void> {
  const uv = join(await uvFolder(), "uv");
  const tools = [
    "--no-project",
    "--exclude-newer=2026-11-28",
    ...PACKAGES.map((one) => `--with=${one}`),
  ];
  const { code, stderr } = await runProcess([uv, "run", ...tools, ...command], {
    timeoutMs: 180_000,
  });
  assert.equal(code, 0, stderr);
}
