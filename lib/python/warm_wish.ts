import { dirname } from "node:path";
import type { WarmWish } from "../base/command.ts";
import { statIfThere } from "../base/private_files.ts";
import { scriptImports } from "./source/may_change_imports.ts";
import type { RunPlan } from "./run_plan.ts";
import { notebookOf, type RunRequest } from "./run_step.ts";

/** `PYTHON_MCP_WARM` and `PYTHON_MCP_WARM_MB`. */
export interface WarmSettings {
  mode: "imports" | "start" | "off";
  mb: number;
}

/** Decides before a run begins, of what is known about it alone. */
export function warmWish(
  request: RunRequest,
  plan: Pick<RunPlan, "prepare" | "run">,
  { isBenchmark, settings }: { isBenchmark: boolean; settings: WarmSettings },
): WarmWish {
  const { scriptPath, module, env = {} } = request;
  const { mode, mb } = settings;
  if (mode === "off") return { cold: "PYTHON_MCP_WARM is off" };
  if (plan.run.sandbox) return { cold: "it runs in a sandbox" };
  if (isBenchmark) return { cold: "a benchmark measures the whole of a run" };
  if (Object.keys(env).length > 0) return { cold: "its caller gave environment variables" };
  if (notebookOf(request) !== undefined) return { cold: "it is a notebook" };
  if (module !== undefined || scriptPath === undefined) return { cold: "it is run as a module" };
  if (request.contents !== undefined || scriptPath.endsWith(".pyc")) {
    return { cold: "it is no file of source text" };
  }
  if (statIfThere(scriptPath)?.isFile !== true) return { cold: "it is no file of source text" };
  const directory = request.importDirectory ?? dirname(Deno.realPathSync(scriptPath));
  const { inspects, ...imports } = scriptImports(request.source, directory);
  if (inspects) return { cold: "it asks Python's garbage collector what there is" };
  return {
    mode,
    mb,
    ...imports,
    ...(plan.prepare.length > 0 ? { not_yet: "its environment is prepared first" } : {}),
  };
}
