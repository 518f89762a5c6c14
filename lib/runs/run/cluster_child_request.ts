import type { ClusterChild } from "../../jobs/files/messages.ts";
import type { Draft } from "../../jobs/process/process_request.ts";
import type { RayRequest } from "../../jobs/ray/ray_submitter.ts";
import type { App } from "../app.ts";
import { forbidInSandbox } from "./forbid_in_sandbox.ts";
import { makeRayRequest } from "./make_ray_request.ts";
import { readScriptFile } from "./read_script.ts";
import type { RunOptions } from "./run_options.ts";

/** What is run of a job that a script wants to have on the cluster: with the packages of that script. */
export async function clusterChildRequest(
  app: App,
  child: ClusterChild,
  draft: Draft,
): Promise<RayRequest> {
  forbidInSandbox({}, app.settings);
  const { argv: [, path, ...args], cwd, script, cluster: { ray, env } } = child;
  const { details } = app.jobs.files(child.parent)?.spec ?? {};
  const packages = details?.resolved_dependencies as string[] | undefined;
  const { shared_directory, ...rest } = ray;
  const options: RunOptions = {
    tool: "python_mcp.run",
    args,
    stdin: child.stdin ?? undefined,
    envVars: env,
    timeoutSeconds: child.timeout_seconds,
    label: child.label ?? undefined,
    ray: { ...rest, sharedDirectory: shared_directory },
  };
  const run = {
    script: script === null ? await readScriptFile(path!) : { source: script },
    directory: cwd,
    useUv: true,
    dependencies: packages?.length ? packages : undefined,
    detectImports: true,
    namesDependencies: false,
  };
  return await makeRayRequest(run, options, { env }, true, draft, app);
}
