import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import config from "../../../deno.json" with { type: "json" };
import ask from "./_python_mcp_ask.py" with { type: "text" };
import exception from "./_python_mcp_exception.py" with { type: "text" };
import figures from "./_python_mcp_figures.py" with { type: "text" };
import jobFiles from "./_python_mcp_job_files.py" with { type: "text" };
import jobs from "./_python_mcp_jobs.py" with { type: "text" };
import names from "./_python_mcp_names.py" with { type: "text" };
import run from "./_python_mcp_run.py" with { type: "text" };
import ticker from "./_python_mcp_ticker.py" with { type: "text" };
import importDirectory from "./import_directory.py" with { type: "text" };
import liveOutput from "./live_output.py" with { type: "text" };
import pythonMcp from "./python_mcp.py" with { type: "text" };

/** What this program puts into the Python processes that it runs. */
export interface ScriptRuntime {
  /** The environment that loads it, given the PYTHONPATH that the script is to have. */
  env(pythonPath: string | undefined): Record<string, string>;
}

const FILES: Record<string, string> = {
  // Python imports a module of this name when it starts.
  "hook/sitecustomize.py": liveOutput,
  // What python_mcp.run starts from source gets this one too; see import_directory.ts.
  "directory/sitecustomize.py": importDirectory,
  "lib/_python_mcp_ask.py": ask,
  "lib/_python_mcp_exception.py": exception,
  "lib/_python_mcp_figures.py": figures,
  "lib/_python_mcp_job_files.py": jobFiles,
  "lib/_python_mcp_jobs.py": jobs,
  "lib/_python_mcp_names.py": names,
  "lib/_python_mcp_run.py": run,
  "lib/_python_mcp_ticker.py": ticker,
  "lib/python_mcp.py": pythonMcp,
};

const CONTENT_HASH = createHash("sha256").update(JSON.stringify(FILES)).digest("hex").slice(0, 8);

/** Puts the files of the script runtime below `home`, unless they are there already. */
export async function installScriptRuntime(home: string): Promise<ScriptRuntime> {
  const version = join(resolve(home), "runtime", `${config.version}-${CONTENT_HASH}`);
  const scripts = join(version, "scripts");
  if (!await exists(scripts)) await install(version, scripts);
  const hook = join(scripts, "hook");
  return {
    env: (pythonPath) => ({ PYTHONPATH: pythonPath ? `${hook}:${pythonPath}` : hook }),
  };
}

async function install(version: string, scripts: string): Promise<void> {
  await makePrivateFolder(dirname(version));
  await makePrivateFolder(version);
  const unfinished = await mkdtemp(join(version, "scripts.new-"));
  try {
    await chmod(unfinished, 0o700);
    for (const [name, text] of Object.entries(FILES)) {
      const file = join(unfinished, name);
      await makePrivateFolder(dirname(file));
      // Python would make this folder with the mode that a script's umask allows.
      await makePrivateFolder(join(dirname(file), "__pycache__"));
      await writeFile(file, text);
      await chmod(file, 0o600);
    }
    await rename(unfinished, scripts);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another server may have been faster.
    if (!await exists(scripts)) throw error;
  }
}

async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
