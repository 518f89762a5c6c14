import { createHash } from "node:crypto";
import { join } from "node:path";
import { ensureFolder, exists, replacePrivate } from "../../base/private_files.ts";
import hook from "./import_directory.py" with { type: "text" };

const version = createHash("sha256").update(hook).digest("hex").slice(0, 8);

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
  const folder = join(home, "runtime", `import_directory-${version}`);
  const file = join(folder, "sitecustomize.py");
  if (!exists(file)) {
    // Python would make this folder with the mode that a script's umask allows.
    ensureFolder(join(folder, "__pycache__"));
    replacePrivate(file, hook);
  }
  return {
    PYTHONPATH: pythonPath ? `${folder}:${pythonPath}` : folder,
    PYTHON_MCP_IMPORT_DIRECTORY: directory,
  };
}
