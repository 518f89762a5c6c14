import { join } from "node:path";
import { installFiles } from "../../base/install_files.ts";
import { UserError } from "../../base/user_error.ts";
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
  const notebook = parse(text, path);
  const cells = notebook.cells ?? notebook.worksheets?.flatMap(({ cells }) => cells ?? []) ?? [];
  return cells.filter(({ cell_type }) => cell_type === "code")
    .map(({ source, input }) => [source ?? input ?? ""].flat().join(""))
    .filter((code) => !/^\s*%%(?!time|timeit|capture|prun)/.test(code))
    .map((code) => code.replace(/^[^\S\n]*(?:[%!].*|\?.*|.*\?)$/gm, ""))
    .join("\n\n");
}

interface Cell {
  cell_type?: string;
  source?: string | string[];
  input?: string | string[];
}

interface Notebook {
  cells?: Cell[];
  worksheets?: { cells?: Cell[] }[];
}

function parse(text: string, path: string): Notebook {
  try {
    const notebook = JSON.parse(text);
    if (Array.isArray(notebook?.cells) || Array.isArray(notebook?.worksheets)) return notebook;
  } catch {
    // said below
  }
  throw new UserError(
    `Cannot run the notebook ${path}: it is not a Jupyter notebook (JSON with a list of \`cells\`). ` +
      "Save it again in Jupyter, or give a Python file.",
  );
}

/** The path of the program that runs a notebook; written unless it is there. */
export function notebookRunner(home: string): string {
  // A folder of its own: Python lets a script import what lies beside it.
  return join(installFiles(home, "notebook", { "run_notebook.py": runner }), "run_notebook.py");
}
