import { dirname } from "node:path";
import {
  installScriptRuntime,
  type ScriptRuntime,
} from "../../lib/python/in_script/script_runtime.ts";
import { sceneHome } from "./python_scene.ts";
import { runProcess } from "./run_process.ts";

/**
 * The script runtime of a home for all tests of a file, compiled for each interpreter that asks for it, as
 * the first jobs would do: a `PythonProcess` writes nothing compiled, and would compile it each time.
 */
export function compiledRuntime(): (python: string) => Promise<ScriptRuntime> {
  const home = sceneHome();
  const made = new Map<string, Promise<ScriptRuntime>>();
  const make = async (python: string) => {
    const runtime = installScriptRuntime(home());
    const folder = dirname(runtime.env(undefined).PYTHONPATH!);
    const { code, stderr } = await runProcess([python, "-I", "-m", "compileall", "-q", folder]);
    if (code !== 0) throw new Error(`${python} does not compile the script runtime: ${stderr}`);
    return runtime;
  };
  return (python) => {
    const runtime = made.get(python) ?? make(python);
    made.set(python, runtime);
    return runtime;
  };
}
