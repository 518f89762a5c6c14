import { join } from "node:path";
import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import { UserError } from "../../base/user_error.ts";
import cellOutputs from "./cell_outputs.py" with { type: "text" };
import cellWatch from "./cell_watch.py" with { type: "text" };
import pip from "./notebook_pip.py" with { type: "text" };
import { readNotebook } from "./read_notebook.ts";
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
 * @param text the notebook, without a byte order mark
 */
export function notebookSource(text: string, path: string): string {
  return readNotebook(text, path).filter(({ isCode }) => isCode).map(({ source }) => source)
    .filter((code) => !/^\s*%%(?!time|timeit|capture|prun)/.test(code))
    .map((code) =>
      code.replace(/^([^\S\n]*)%run\s+(?:-\w\s+)*([^\s"']+).*$/gm, '$1runpy.run_path("$2")')
        .replace(/^[^\S\n]*(?:[%!].*|\?.*|.*\?)$/gm, "")
    )
    .join("\n\n");
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
  if (!readNotebook(text, path).some(({ tags }) => tags.includes("parameters"))) {
    throw new UserError(
      `Cannot run the notebook ${path} with \`args\`: it has no cell with the tag \`parameters\`, ` +
        "which says what may be set. Tag the cell with the default values, or leave `args` out.",
    );
  }
}

/** All names under which a shell may know pip: another Python's must not answer. */
const PIPS = ["pip", "pip3", ...Array.from({ length: 10 }, (_, n) => `pip3.${n + 8}`)];

const FILES = embeddedFiles("notebook", {
  "run_notebook.py": runner,
  "cell_outputs.py": cellOutputs,
  "cell_watch.py": cellWatch,
  "pip/pip/__init__.py": `import subprocess, sys


def main(arguments):
    return subprocess.call([sys.executable, "-m", "pip"] + list(arguments))
`,
  "pip/pip/__main__.py": pip,
  "pip/uv/__init__.py": "",
  "pip/uv/__main__.py": `import sys

from pip.__main__ import main

main(["uv"] + sys.argv[1:])
`,
  ...Object.fromEntries([...PIPS, "uv"].map((name) => [
    `bin/${name}`,
    `#!/bin/sh\nexec "$PYTHON_MCP_NOTEBOOK_PYTHON" -m ${name === "uv" ? "uv" : "pip"} "$@"\n`,
  ])),
});

/** The path of the program that runs a notebook; written, with what its cells find, unless it is there. */
export function notebookRunner(home: string): string {
  // A folder of its own: Python lets a script import what lies beside it.
  const folder = installFiles(home, FILES);
  for (const name of Object.keys(FILES.files).filter((one) => one.startsWith("bin/"))) {
    Deno.chmodSync(join(folder, name), 0o700);
  }
  return join(folder, "run_notebook.py");
}
