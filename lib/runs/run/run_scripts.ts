import { dirname } from "node:path";
import { resolvePath } from "../../base/resolve_path.ts";
import { findScript } from "../../python/library/script_library.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { readScript, readScriptFile, requireDirectory } from "./read_script.ts";
import { sandboxLevelOf } from "./sandbox_level_of.ts";
import { requireShownPaths } from "./shown_paths.ts";
import type { BenchmarkOptions, RunAnswer, RunOptions } from "./run_options.ts";
import { runPython } from "./run_python.ts";
import type { ScriptChoice } from "./script_source.ts";

/** A script to run in a directory. */
export interface RunInDirectory extends RunOptions, ScriptChoice {
  directory: string;
  /** Run through uv, isolated, with dependencies; false = the Python on PATH as it is. */
  useUv: boolean;
  pythonVersion?: string;
  /** With uv: install what the script needs. */
  installsDependencies: boolean;
}

/** Runs a script with a directory as its working directory. */
export async function runInDirectory(
  app: App,
  run: RunInDirectory,
  caller?: Caller,
): Promise<RunAnswer> {
  const { cwd, env } = app.settings;
  const directory = requireDirectory(resolvePath(run.directory, cwd, env));
  requireShown(app, run, directory, { ...run, directory });
  return await runPython(
    app,
    {
      script: await readScript(run, directory, directory, env),
      directory,
      useUv: run.useUv,
      pythonVersion: run.pythonVersion,
      detectImports: run.installsDependencies,
      projectDirectory: directory,
      namesDependencies: false,
    },
    run,
    caller,
  );
}

/** A script to run with packages. */
export interface RunWithDependencies extends RunOptions, ScriptChoice {
  /** Default: the script's folder; for inline code a folder of the job's own. */
  directory?: string;
  pythonVersion?: string;
  /** PEP 508. */
  dependencies?: string[];
  /** Install what the imports need. */
  detectsImports: boolean;
  /** Otherwise the project's requirements are added. */
  ignoresProject: boolean;
  benchmark?: BenchmarkOptions;
}

/** Runs a script in an isolated environment with the packages that it needs, or measures it there. */
export async function runWithDependencies(
  app: App,
  run: RunWithDependencies,
  caller?: Caller,
): Promise<RunAnswer> {
  const { cwd, env } = app.settings;
  const directory = run.directory === undefined
    ? undefined
    : requireDirectory(resolvePath(run.directory, cwd, env));
  requireShown(app, run, directory ?? cwd, { ...run, directory });
  const script = await readScript(run, directory, directory ?? cwd, env);
  const folder = directory ?? (script.path && dirname(script.path));
  return await runPython(
    app,
    {
      script,
      directory: folder,
      useUv: true,
      pythonVersion: run.pythonVersion,
      dependencies: run.dependencies,
      detectImports: run.detectsImports,
      projectDirectory: run.ignoresProject ? undefined : folder,
      addsProject: true,
      namesDependencies: true,
      benchmark: run.benchmark,
    },
    run,
    caller,
  );
}

/** Refuses paths that the sandbox of the run hides. */
function requireShown(
  { settings }: App,
  { sandbox }: RunOptions,
  base: string,
  { directory, scriptPath, pythonVersion }: {
    directory?: string;
    scriptPath?: string;
    pythonVersion?: string;
  },
): void {
  requireShownPaths(settings, sandboxLevelOf(settings.sandbox, sandbox), base, {
    directory,
    script_path: scriptPath,
    python_version: pythonVersion,
  });
}

/** A saved script to run. */
export interface RunSaved extends RunOptions {
  name: string;
  installsDependencies: boolean;
}

/** Runs a script that was saved before. */
export async function runSavedScript(
  app: App,
  run: RunSaved,
  caller?: Caller,
): Promise<RunAnswer> {
  return await runPython(
    app,
    {
      script: await readScriptFile(findScript(app.settings.home, run.name)),
      useUv: true,
      detectImports: run.installsDependencies,
      namesDependencies: true,
    },
    run,
    caller,
  );
}
