import type { EnvChanges, RunStep } from "../base/command.ts";
import { importDirectoryEnv } from "./in_script/import_directory.ts";
import { isNotebook, notebookRunner } from "./in_script/notebook.ts";

/** What a run of a Python script is asked to be. */
export interface RunRequest {
  /** The file that is run. */
  scriptPath: string;
  /** That file's text; its PEP 723 header counts. */
  source: string;
  /** The working directory of the script. */
  cwd: string;
  args: string[];
  /** Text for standard input; empty by default. */
  stdin?: string;
  /** Changes to the script's environment over the server's own. */
  env?: EnvChanges;
  /** Whether dependencies are installed at all; without it the interpreter runs as it is. */
  useUv: boolean;
  /** A version or range, e.g. `3.12`, `>=3.11`. */
  pythonVersion?: string;
  /** PEP 508 requirements; they win over those of the header with the same name. */
  dependencies?: string[];
  /** Whether what the imports need is installed too, where the script has no header. */
  detectImports?: boolean;
  /** The folder that the script runs as if it were a file in, when it lives elsewhere. */
  importDirectory?: string;
  /** The folder whose project, `.venv` or `requirements.txt` counts; none by default. */
  projectDirectory?: string;
  /** Whether they add to what the script asks for, or stand in where it asks for nothing (default). */
  projectUse?: "unless-declared" | "added";
}

/** What `prepareRun` needs to know about the program around it. */
export interface RunContext {
  /** The program's own folder, `PYTHON_MCP_HOME`. */
  home: string;
  /** The server's environment. */
  baseEnv: Record<string, string>;
  /** Variables for the script's start-up hook, given the `PYTHONPATH` it would have had. */
  scriptRuntimeEnv(pythonPath: string | undefined): EnvChanges;
}

/** The command that runs the script itself. */
export function runStep(
  python: string,
  environmentEnv: EnvChanges,
  request: RunRequest,
  { home, baseEnv, scriptRuntimeEnv }: RunContext,
): RunStep {
  const asked = request.env ?? {};
  const pythonPath = "PYTHONPATH" in asked ? asked.PYTHONPATH ?? undefined : baseEnv.PYTHONPATH;
  const runtime = scriptRuntimeEnv(pythonPath);
  const directory = request.importDirectory === undefined ? {} : importDirectoryEnv(
    home,
    request.importDirectory,
    runtime.PYTHONPATH ?? pythonPath,
  );
  const notebook = isNotebook(request.scriptPath);
  const script = notebook ? [notebookRunner(home), request.scriptPath] : [request.scriptPath];
  return {
    argv: [python, ...script, ...request.args],
    cwd: request.cwd,
    // The PATH of the environment is made from the one that was asked for, so it comes after.
    env: {
      // Notebooks show figures below their cells.
      ...(notebook ? {} : headless(asked, baseEnv)),
      ...asked,
      ...environmentEnv,
      ...runtime,
      ...directory,
    },
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
  };
}

/** matplotlib draws without a display, unless somebody chose otherwise. */
function headless(asked: EnvChanges, baseEnv: Record<string, string>): EnvChanges {
  return "MPLBACKEND" in asked || baseEnv.MPLBACKEND ? {} : { MPLBACKEND: "Agg" };
}
