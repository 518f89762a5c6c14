import { dirname } from "node:path";
import { UserError } from "../base/user_error.ts";
import { environmentVariables } from "./environment/script_environment.ts";
import { NOTEBOOK_TOOLS } from "./in_script/notebook.ts";
import { type Environment, missingIn } from "./interpreters/environment_at.ts";
import { pythonAtPath } from "./interpreters/python_at_path.ts";
import type { RunPlan } from "./run_plan.ts";
import {
  notebookOf,
  type RunContext,
  type RunRequest,
  runStep,
  withoutRemovals,
} from "./run_step.ts";

/** Runs with a Python that somebody else looks after. */
export function planAsItIs(
  python: string,
  environment: Environment | undefined,
  strategy: RunPlan["strategy"],
  request: RunRequest,
  context: RunContext,
): RunPlan {
  const { PATH } = { ...context.baseEnv, ...withoutRemovals(request.env) };
  const variables = environment === undefined ? {} : {
    ...environmentVariables(environment.folder, PATH),
    ...(environment.isConda ? { CONDA_PREFIX: environment.folder, VIRTUAL_ENV: null } : {}),
  };
  const run = runStep(python, variables, request, context, environment !== undefined);
  return { strategy, resolvedDependencies: [], prepare: [], run };
}

/** Runs with the very Python that the caller named: nothing is installed into it. */
export async function planAtPath(
  asked: string,
  headerNeeds: number,
  request: RunRequest,
  context: RunContext,
): Promise<RunPlan> {
  const { python, environment } = await pythonAtPath(asked, request.cwd, context.baseEnv);
  const { dependencies = [] } = request;
  const place = environment?.folder ?? python;
  if (dependencies.length > 0) {
    throw new UserError(
      `Cannot install \`dependencies\` into ${place}: a Python that python_version names by its path is ` +
        "used as it is. Leave `dependencies` out (and install them there yourself, e.g. " +
        `\`uv pip install --python ${place} …\`), or give a version such as 3.12 for an environment ` +
        "that has them.",
    );
  }
  const notebook = notebookOf(request);
  const missing = notebook
    ? missingIn(environment?.folder ?? dirname(dirname(python)), NOTEBOOK_TOOLS)
    : [];
  if (missing.length > 0) {
    throw new UserError(
      `Cannot run the notebook ${notebook} with ${place}: it lacks ${missing.join(", ")}. ` +
        "Install them there, or give a version such as 3.12.",
    );
  }
  const plan = planAsItIs(python, environment, "uv-run", request, context);
  const note = `Run with ${place} as it is` +
    (headerNeeds > 0 ? "; what the script's header asks for was not installed" : "");
  return { ...plan, note };
}
