import { dirname } from "node:path";
import { statIfThere } from "../base/private_files.ts";
import type { EnvChanges, RunStep } from "../base/command.ts";
import { findUv, ownUv } from "./environment/find_uv.ts";
import { importDirectoryEnv } from "./in_script/import_directory.ts";
import { isNotebook, notebookRunner } from "./in_script/notebook.ts";

/** What a run of a Python script is asked to be. */
export interface RunRequest {
  /** The file that is run, or a folder or zip file with `__main__.py`; this or `module`. */
  scriptPath?: string;
  /** A dotted name, which runs as with `python -m`. */
  module?: string;
  /** The text of what is run; a file's PEP 723 header counts. */
  source: string;
  /** The folder that relative imports of the source start from, where `sys.path` does not begin there. */
  importer?: string;
  /** The modules inside a zip file. */
  contents?: string[];
  /** The working directory of the script. */
  cwd: string;
  args: string[];
  /** Text for standard input; empty by default. */
  stdin?: string;
  /** More input may be sent while it runs. */
  stdinOpen?: boolean;
  /** Changes to the script's environment over the server's own. */
  env?: EnvChanges;
  /** Whether dependencies are installed at all; without it the interpreter runs as it is. */
  useUv: boolean;
  /** A version or range, e.g. `3.12`, `>=3.11`, or the path of an interpreter or environment. */
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
  /** What an environment that is made for it holds besides. */
  tools?: readonly string[];
}

/** What `prepareRun` needs to know about the program around it. */
export interface RunContext {
  /** The program's own folder, `PYTHON_MCP_HOME`. */
  home: string;
  /** The server's environment. */
  baseEnv: Record<string, string>;
  /** Whether its commands run in a sandbox: then they share no environment with those that do not. */
  isSandboxed?: boolean;
  /** Variables for the script's start-up hook, given the `PYTHONPATH` it would have had. */
  scriptRuntimeEnv(pythonPath: string | undefined): EnvChanges;
}

/**
 * The command that runs the script itself.
 *
 * @param isOwn whether the environment is the user's own, and what a notebook's `pip` installs goes there
 */
export function runStep(
  python: string,
  environmentEnv: EnvChanges,
  request: RunRequest,
  { home, baseEnv, scriptRuntimeEnv }: RunContext,
  isOwn = false,
): RunStep {
  const asked = request.env ?? {};
  const pythonPath = "PYTHONPATH" in asked ? asked.PYTHONPATH ?? undefined : baseEnv.PYTHONPATH;
  const runtime = scriptRuntimeEnv(pythonPath);
  const directory = request.importDirectory === undefined ? {} : importDirectoryEnv(
    home,
    request.importDirectory,
    runtime.PYTHONPATH ?? pythonPath,
  );
  const { scriptPath, module } = request;
  const notebook = notebookOf(request);
  const script = scriptPath === undefined ? ["-m", module!] : [scriptPath];
  const runner = notebook ? [notebookRunner(home), isOwn ? "in-place" : "apart"] : [];
  return {
    argv: [python, ...runner, ...script, ...request.args],
    cwd: request.cwd,
    // The PATH of the environment is made from the one that was asked for, so it comes after.
    env: {
      // Notebooks show figures below their cells.
      ...(notebook
        ? { PYTHON_MCP_NOTEBOOK_UV: findUv(home, baseEnv) ?? ownUv(home) }
        : headless(asked, baseEnv)),
      ...asked,
      ...environmentEnv,
      ...runtime,
      ...directory,
    },
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }),
    ...(request.stdinOpen ? { stdin_open: true } : {}),
  };
}

/** The notebook's path, where one is run. */
export function notebookOf({ scriptPath }: RunRequest): string | undefined {
  return scriptPath !== undefined && isNotebook(scriptPath) ? scriptPath : undefined;
}

/** The folder in front of `sys.path`; for a zip file that file. */
export function firstOnPath(request: RunRequest): string {
  const { importDirectory, scriptPath, contents, cwd } = request;
  if (importDirectory !== undefined) return importDirectory;
  if (scriptPath === undefined) return cwd;
  const isItself = contents !== undefined || statIfThere(scriptPath)?.isDirectory;
  return isItself ? scriptPath : dirname(scriptPath);
}

/** What a request itself says of its requirements; see `Sources` in choose_requirements.ts. */
export function askedRequirements(request: RunRequest) {
  const { dependencies, projectUse, detectImports, importer } = request;
  return {
    explicit: dependencies ?? [],
    explicitGiven: dependencies !== undefined,
    projectUse: projectUse ?? "unless-declared",
    detectImports: detectImports ?? false,
    folder: firstOnPath(request),
    importer,
  };
}

/** The variables that changes set. */
export function withoutRemovals(env: EnvChanges = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** matplotlib draws without a display, unless somebody chose otherwise. */
function headless(asked: EnvChanges, baseEnv: Record<string, string>): EnvChanges {
  return "MPLBACKEND" in asked || baseEnv.MPLBACKEND ? {} : { MPLBACKEND: "Agg" };
}
