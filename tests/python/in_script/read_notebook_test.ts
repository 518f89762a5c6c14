import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { notebookRunner } from "../../../lib/python/in_script/notebook.ts";
import { readNotebook } from "../../../lib/python/in_script/read_notebook.ts";
import { decodeSource } from "../../../lib/python/source/source_text.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const CODE = {
  cell_type: "code",
  metadata: {},
  execution_count: null,
  outputs: [],
  source: "print(1)",
};
const OLD = { cell_type: "code", language: "python", input: "print(1)", outputs: [], metadata: {} };
const FIRST = { cell_type: "code", code: "print(1)", prompt_number: 1 };

function book(more: object = {}, ...without: string[]): Record<string, unknown> {
  const whole = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [CODE], ...more };
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !without.includes(name)));
}

const cell = (more: object, ...without: string[]) => {
  const whole = { ...CODE, ...more };
  const left = Object.entries(whole).filter(([name]) => !without.includes(name));
  return book({ cells: [Object.fromEntries(left)] });
};
const sheets = (nbformat: number, ...cells: object[]) => ({
  nbformat,
  metadata: { name: "" },
  worksheets: cells.map((one) => ({ cells: [one], metadata: {} })),
});
const utf16 = (text: string) =>
  new Uint8Array([0xff, 0xfe, ...[...text].flatMap((one) => [one.charCodeAt(0), 0])]);

/** All of them mean to run `print(1)`, once or twice. */
const ODD: Record<string, unknown> = {
  "as it should be": book(),
  "with a byte order mark": "\ufeff" + JSON.stringify(book()),
  "without nbformat": book({}, "nbformat"),
  "without nbformat_minor": book({}, "nbformat_minor"),
  "without either": book({}, "nbformat", "nbformat_minor"),
  "without metadata": book({}, "metadata"),
  "with metadata that is a list": book({ metadata: [] }),
  "with a version that is text": book({ nbformat: "4" }),
  "with a version that is null": book({ nbformat: null }),
  "with a version that is true": book({ nbformat: true }),
  "with a version that is zero": book({ nbformat: 0 }),
  "with a version that is no integer": book({ nbformat: 4.5 }),
  "with a version of the future": book({ nbformat: 5 }),
  "with a minor version that is text": book({ nbformat_minor: "x" }),
  "with a minor version that is null": book({ nbformat_minor: null }),
  "with a minor version of the future": book({ nbformat_minor: 99 }),
  "in the third format": sheets(3, OLD),
  "in the third format with two sheets": sheets(3, OLD, OLD),
  "in the third format with cells of the fourth": sheets(3, CODE),
  "in the fourth that says it is the third": book({ nbformat: 3 }),
  "in the second format": sheets(2, OLD),
  "in the fourth that says it is the second": book({ nbformat: 2 }),
  "in the first format": { nbformat: 1, cells: [FIRST] },
  "in the first format, which had no version": { cells: [FIRST] },
  "in the fourth that says it is the first": book({ nbformat: 1 }),
  "with sheets in the fourth": sheets(4, OLD),
  "with cells and sheets": book({ worksheets: [{ cells: [OLD] }] }),
  "with a cell type in capitals": cell({ cell_type: "Code" }),
  "with a cell type of a language": cell({ cell_type: "python" }),
  "without a cell type": cell({}, "cell_type"),
  "with an old name of the source": cell({ input: "print(1)" }, "source"),
  "with a source that is a number": cell({ source: 1 }),
  "with a source that is null": cell({ source: null }),
  "with lines that are numbers": cell({ source: [1] }),
  "with a source in lines": cell({ source: ["print", "(1)"] }),
  "without outputs": cell({}, "outputs", "execution_count"),
  "without a cell's metadata": cell({}, "metadata"),
  "with a cell that is text": book({ cells: ["print(1)"] }),
  "with a cell that is null": book({ cells: [null] }),
  "with cells by name": book({ cells: { a: CODE } }),
  "in a list": [book()],
  "with NaN": JSON.stringify(book()).replace('"metadata":{}', '"metadata":{"a":[NaN,-Infinity]}'),
  "with cells twice": JSON.stringify(book()).replace('"cells":', '"cells":[],"cells":'),
  "with a comma too many": JSON.stringify(book()).slice(0, -1) + ",}",
  "that is empty": "",
  "in UTF-16": utf16(JSON.stringify(book())),
  "with one id twice": book({
    nbformat_minor: 5,
    cells: [{ ...CODE, id: "a" }, { ...CODE, id: "a" }],
  }),
  "with an id that may not be": book({ nbformat_minor: 5, cells: [{ ...CODE, id: "a b" }] }),
};

/** What runs of each file: nbformat's reading, and that of the runner; a text is an error. */
const READ = `
import glob, json, logging, sys, warnings
sys.path.insert(0, sys.argv[1])
import nbformat, run_notebook
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

def sources(read, path):
    try:
        cells = read(path).cells
    except (Exception, SystemExit) as error:
        return str(error)
    return [cell.get("source") for cell in cells if cell.get("cell_type") == "code"]

paths = sorted(glob.glob("*.ipynb"), key=lambda path: int(path.split(".")[0]))
truth = lambda path: nbformat.read(path, as_version=4)
print(json.dumps([[sources(read, path) for read in (truth, run_notebook.read)] for path in paths]))
`;

Deno.test("a notebook is read as nbformat reads it, or refused where that would run nothing of it", () =>
  inScene(async ({ folder, plan, context }) => {
    const files = Object.values(ODD).map((content) =>
      content instanceof Uint8Array ? content : new TextEncoder().encode(
        typeof content === "string" ? content : JSON.stringify(content),
      )
    );
    files.forEach((bytes, n) => Deno.writeFileSync(join(folder, `${n}.ipynb`), bytes));
    const made = await plan(READ, {
      dependencies: ["nbformat"],
      args: [dirname(notebookRunner(context.home))],
    });
    const { stdout, stderr } = await runPlan(made, context.baseEnv);
    assert.notEqual(stdout, "", stderr);
    const readings = JSON.parse(stdout) as [truth: string[] | string, runner: string[] | string][];
    Object.keys(ODD).forEach((name, n) => {
      const [truth, runner] = readings[n]!;
      let ours: string[] | undefined;
      try {
        ours = readNotebook(decodeSource(files[n]!), "x.ipynb").map(({ source }) => source);
      } catch (error) {
        assert.match(String(error), /^UserError: Cannot run the notebook x\.ipynb: .*\.$/, name);
      }
      const isMeant = (sources: unknown) =>
        Array.isArray(sources) && sources.length > 0 && sources.every((one) => one === "print(1)");
      if (ours === undefined) assert.ok(!isMeant(truth), `nbformat reads one ${name}`);
      else {
        assert.ok(isMeant(ours), `${name}: ${ours}`);
        assert.deepEqual(runner, ours, name);
      }
    });
    const refused = readings.filter(([, runner]) => typeof runner === "string");
    assert.ok(refused.length > 10);
    for (const [, error] of refused) {
      assert.match(error as string, /^Cannot run the notebook \d+\.ipynb: nbformat cannot read it/);
    }
  }));
