import { UserError } from "../../base/user_error.ts";
import type { App } from "../app.ts";
import type { Caller } from "../caller.ts";
import { type Awaited, budgetOf, startAndAwait } from "./await_run.ts";
import { checkLabel } from "./check_label.ts";
import { describeCommand } from "./describe_command.ts";
import { forbidInSandbox } from "./forbid_in_sandbox.ts";
import { makeRayRequest } from "./make_ray_request.ts";
import { makeRequest, readEnvironment } from "./make_request.ts";
import type { PythonRun, RunAnswer, RunOptions } from "./run_options.ts";

/** Runs Python as a job, and answers as smart async does. */
export async function runPython(
  app: App,
  run: PythonRun,
  options: RunOptions,
  caller: Caller = {},
): Promise<RunAnswer> {
  const { jobs, settings } = app;
  checkLabel(options.label);
  if (options.ray !== undefined && settings.ray === undefined) throw hasNoCluster();
  if (options.ray !== undefined) forbidInSandbox(options, settings);
  const budget = budgetOf(options, app);
  const began = caller.arrivedAt ?? performance.now();
  const environment = await readEnvironment(run, options, settings);
  const kind = options.ray === undefined ? "process" : "ray";
  const draft = jobs.draft({
    tool: options.tool,
    label: options.label ?? null,
    listed: budget === 0,
    kind,
    command: describeCommand(run, options),
  });
  const make = options.ray === undefined ? makeRequest : makeRayRequest;
  const plan = () => make(run, options, environment, budget === 0, draft, app);
  return toAnswer(await startAndAwait(app, draft, plan, { budget, began }, caller));
}

function hasNoCluster(): UserError {
  return new UserError(
    "Cannot run on Ray: no cluster is configured. Set PYTHON_MCP_RAY_ADDRESS to the address of its " +
      "dashboard, such as http://head:8265, and start the server again.",
  );
}

function toAnswer(awaited: Awaited): RunAnswer {
  if ("background" in awaited) return awaited;
  const { end: { result, error }, files } = awaited;
  if (result === null) throw new UserError(error ?? "The run ended without a result");
  return { ended: result as Record<string, unknown>, artifacts: files.artifacts };
}
