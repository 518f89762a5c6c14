import { dirname, join } from "node:path";
import type { PrepareStep } from "../../base/command.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import type { JobFiles } from "../../jobs/files/job_files.ts";
import { JOB_FILES } from "../../jobs/files/names.ts";
import type { RunPlan } from "../../python/run_plan.ts";
import { sandboxPreparation } from "../../python/sandbox/sandbox_preparation.ts";
import { sandboxRun } from "../../python/sandbox/sandbox_step.ts";
import type { Settings } from "../settings.ts";
import { requireShownPaths } from "./shown_paths.ts";

/** The plan of a run with its commands in the sandbox of a level. */
export async function planInSandbox(
  plan: RunPlan,
  scriptPath: string | undefined,
  files: JobFiles,
  level: SandboxLevel,
  { sandbox: settings, home, env }: Settings,
): Promise<RunPlan> {
  const context = { level, settings, home, env };
  const own = scriptPath === files.source || isSaved(scriptPath, home);
  const paths = own ? {} : { script_path: scriptPath };
  requireShownPaths({ sandbox: settings, home, env }, level, plan.run.cwd, paths);
  const folder = files.path(JOB_FILES.scriptFolder);
  const prepare: PrepareStep[] = [];
  for (const step of plan.prepare) prepare.push(await sandboxPreparation(step, context, folder));
  const run = await sandboxRun(plan.run, context, {
    pythons: plan.prepare.flatMap(({ needs }) => needs?.pythons ?? []),
    readable: own ? [scriptPath!] : [],
    writable: [folder],
  });
  return { ...plan, prepare, run };
}

function isSaved(scriptPath: string | undefined, home: string): boolean {
  return scriptPath !== undefined && dirname(scriptPath) === join(home, "scripts");
}
