import { join, resolve } from "node:path";
import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import ask from "./_python_mcp_ask.py" with { type: "text" };
import confined from "./_python_mcp_confined.py" with { type: "text" };
import exception from "./_python_mcp_exception.py" with { type: "text" };
import figures from "./_python_mcp_figures.py" with { type: "text" };
import jobFiles from "./_python_mcp_job_files.py" with { type: "text" };
import jobs from "./_python_mcp_jobs.py" with { type: "text" };
import lentSlot from "./_python_mcp_lent_slot.py" with { type: "text" };
import names from "./_python_mcp_names.py" with { type: "text" };
import pictures from "./_python_mcp_pictures.py" with { type: "text" };
import quietly from "./_python_mcp_quietly.py" with { type: "text" };
import run from "./_python_mcp_run.py" with { type: "text" };
import ticker from "./_python_mcp_ticker.py" with { type: "text" };
import flushOutput from "./flush_output.py" with { type: "text" };
import importDirectory from "./import_directory.py" with { type: "text" };
import liveOutput from "./live_output.py" with { type: "text" };
import noteEnd from "./note_end.py" with { type: "text" };
import pythonMcp from "./python_mcp.py" with { type: "text" };

/** What this program puts into the Python processes that it runs. */
export interface ScriptRuntime {
  /** The environment that loads it, given the PYTHONPATH that the script is to have. */
  env(pythonPath: string | undefined): Record<string, string>;
}

/** Its files, by their path in its folder. */
export const SCRIPT_RUNTIME_FILES: Record<string, string> = {
  // Python imports a module of this name when it starts: one file, which is found and read sooner than three.
  "hook/sitecustomize.py": [flushOutput, noteEnd, liveOutput].join("\n\n"),
  // What python_mcp.run starts from source gets this one too; see import_directory.ts.
  "directory/sitecustomize.py": importDirectory,
  "lib/_python_mcp_ask.py": ask,
  "lib/_python_mcp_confined.py": confined,
  "lib/_python_mcp_exception.py": exception,
  "lib/_python_mcp_figures.py": figures,
  "lib/_python_mcp_job_files.py": jobFiles,
  "lib/_python_mcp_jobs.py": jobs,
  "lib/_python_mcp_lent_slot.py": lentSlot,
  "lib/_python_mcp_names.py": names,
  "lib/_python_mcp_pictures.py": pictures,
  "lib/_python_mcp_quietly.py": quietly,
  "lib/_python_mcp_run.py": run,
  "lib/_python_mcp_ticker.py": ticker,
  "lib/python_mcp.py": pythonMcp,
  // Python would make these folders with the mode that a script's umask allows.
  "hook/__pycache__/": "",
  "directory/__pycache__/": "",
  "lib/__pycache__/": "",
};

const FILES = embeddedFiles("scripts", SCRIPT_RUNTIME_FILES);

/** Puts the files of the script runtime below `home`, unless they are there already. */
export function installScriptRuntime(home: string): ScriptRuntime {
  const hook = join(installFiles(resolve(home), FILES), "hook");
  return {
    env: (pythonPath) => ({ PYTHONPATH: pythonPath ? `${hook}:${pythonPath}` : hook }),
  };
}
