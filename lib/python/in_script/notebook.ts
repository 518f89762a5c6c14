import { join } from "node:path";
import { installFiles } from "../../base/install_files.ts";
import { UserError } from "../../base/user_error.ts";
import pip from "./notebook_pip.py" with { type: "text" };
import runner from "./run_notebook.py" with { type: "text" };

/** What runs a notebook, beside what its cells import. */
export const NOTEBOOK_TOOLS: readonly string[] = ["ipykernel", "nbclient", "nbformat"];

/** Whether a file is a Jupyter notebook, by its name. */
export function isNotebook(path: string): boolean {
  return path.toLowerCase().endsWith(".ipynb");
}

/**
 * The Python of a notebook's code cells, for finding what it imports: without IPython's own lines
 * (`%magic`, `!command`, `name?`) and cells of other languages (`%%bash`).
 *
 * @param text the notebook, in nbformat 4 or 3
 */
export function notebookSource(text: string, path: string): string {
  return cellsOf(parse(text, path)).filter(({ cell_type }) => cell_type === "code")
    .map(({ source, input }) => [source ?? input ?? ""].flat().join(""))
    .filter((code) => !/^\s*%%(?!time|timeit|capture|prun)/.test(code))
    .map((code) =>
      code.replace(/^([^\S\n]*)%run\s+(?:-\w\s+)*([^\s"']+).*$/gm, '$1runpy.run_path("$2")')
        .replace(/^[^\S\n]*(?:[%!].*|\?.*|.*\?)$/gm, "")
    )
    .join("\n\n");
}

/** The file of a notebook, which papermill and Jupyter write. */
interface Notebook {
  nbformat: number;
  metadata?: {
    kernelspec?: { name?: string; language?: string };
    language_info?: { name?: string };
  };
  cells?: Cell[];
  worksheets?: { cells?: Cell[] }[];
}

interface Cell {
  cell_type?: string;
  metadata?: { tags?: string[] };
  source?: string | string[];
  input?: string | string[];
}

/**
 * Refuses what a run of this notebook would ignore: standard input, and arguments that set no
 * parameter of its cell with the tag `parameters` (papermill's convention).
 */
export function checkNotebookInput(
  text: string,
  path: string,
  { args, stdin }: { args: string[]; stdin?: string },
): void {
  if (stdin) {
    throw new UserError(
      `Cannot give the notebook ${path} a \`stdin\`: its cells have none. Pass the text as a ` +
        "parameter, in a file, or in env_vars.",
    );
  }
  if (args.length === 0) return;
  const wrong = args.find((one) => !/^[A-Za-z_]\w*=/.test(one));
  if (wrong !== undefined) {
    throw new UserError(
      `Cannot run the notebook ${path} with the argument ${JSON.stringify(wrong.slice(0, 80))}: ` +
        "a notebook takes parameters, each as `name=value`.",
    );
  }
  const cells = cellsOf(parse(text, path));
  if (!cells.some(({ metadata }) => metadata?.tags?.includes("parameters"))) {
    throw new UserError(
      `Cannot run the notebook ${path} with \`args\`: it has no cell with the tag \`parameters\`, ` +
        "which says what may be set. Tag the cell with the default values, or leave `args` out.",
    );
  }
}

function cellsOf({ cells, worksheets }: Notebook): Cell[] {
  return cells ?? worksheets?.flatMap((sheet) => sheet.cells ?? []) ?? [];
}

function parse(text: string, path: string): Notebook {
  let notebook: Partial<Notebook> | undefined;
  try {
    notebook = JSON.parse(text);
  } catch {
    // said below
  }
  if (!Array.isArray(notebook?.cells) && !Array.isArray(notebook?.worksheets)) {
    throw new UserError(
      `Cannot run the notebook ${path}: it is not a Jupyter notebook (JSON with a list of ` +
        "`cells`). Save it again in Jupyter, or give a Python file.",
    );
  }
  if (notebook.nbformat !== 3 && notebook.nbformat !== 4) {
    throw new UserError(
      `Cannot run the notebook ${path}: its \`nbformat\` is ${
        JSON.stringify(notebook.nbformat) ?? "missing"
      }, and must be 4 (or 3). Save it again in Jupyter, or add \`"nbformat": 4, "nbformat_minor": 5\`.`,
    );
  }
  const language = languageOf(notebook as Notebook);
  if (language !== undefined && !/^i?python\d?$/i.test(language)) {
    throw new UserError(
      `Cannot run the notebook ${path}: it is written in ${language}, and only Python runs here. ` +
        "Run it in Jupyter with that kernel.",
    );
  }
  return notebook as Notebook;
}

/** The names of kernels that do not say their language. */
const OTHER_KERNELS =
  /^(?:ir|julia|bash|javascript|deno|tslab|scala|almond|rust|evcxr|gophernotes|gonb|iruby|ruby|octave|matlab|java|ijava|kotlin|clojure|\.net|xcpp|xeus|perl|php|sas|stata|lua|haskell|ihaskell)/i;

function languageOf({ metadata }: Notebook): string | undefined {
  const { kernelspec, language_info } = metadata ?? {};
  const name = kernelspec?.name ?? "";
  return kernelspec?.language ?? language_info?.name ??
    (OTHER_KERNELS.test(name) ? name : undefined);
}

const files: Record<string, string> = {
  "run_notebook.py": runner,
  "pip/pip/__init__.py": "",
  "pip/pip/__main__.py": pip,
  ...Object.fromEntries(
    ["pip", "pip3", "uv"].map((name) => [
      `bin/${name}`,
      `#!/bin/sh\nexec "$PYTHON_MCP_NOTEBOOK_PYTHON" -m pip ${name === "uv" ? "uv " : ""}"$@"\n`,
    ]),
  ),
};

/** The path of the program that runs a notebook; written, with what its cells find, unless it is there. */
export function notebookRunner(home: string): string {
  // A folder of its own: Python lets a script import what lies beside it.
  const folder = installFiles(home, "notebook", files);
  for (const name of Object.keys(files).filter((one) => one.startsWith("bin/"))) {
    Deno.chmodSync(join(folder, name), 0o700);
  }
  return join(folder, "run_notebook.py");
}
