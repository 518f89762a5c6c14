import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import hook from "./import_directory.py" with { type: "text" };

// Python would make `__pycache__` with the mode that a script's umask allows.
const FILES = embeddedFiles("import_directory", {
  "sitecustomize.py": hook,
  "__pycache__/": "",
});

/**
 * The environment under which `python script.py` runs the script as if it were a file in
 * `directory`: it imports its neighbours, while `__file__` and tracebacks name the real file.
 *
 * @param pythonPath the PYTHONPATH that it has without this; our entry has to come first
 */
export function importDirectoryEnv(
  home: string,
  directory: string,
  pythonPath: string | undefined,
): Record<string, string> {
  const folder = installFiles(home, FILES);
  return {
    PYTHONPATH: pythonPath ? `${folder}:${pythonPath}` : folder,
    PYTHON_MCP_IMPORT_DIRECTORY: directory,
  };
}
