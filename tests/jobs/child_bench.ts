import type { Draft } from "../../lib/jobs/process/process_request.ts";
import type { JobEntry } from "../../lib/jobs/model/job.ts";
import { installScriptRuntime } from "../../lib/python/in_script/script_runtime.ts";
import { waitFor } from "../helpers/wait_for.ts";
import type { JobBench } from "./job_bench.ts";
import { PYTHON } from "./job_bench.ts";

export interface ScriptOptions {
  python?: string;
  /** Values that reach no file. */
  env?: Record<string, string>;
  timeoutSeconds?: number;
  /** As a run whose caller waits. */
  call?: boolean;
}

/** Starts a script as a server does that runs Python: with `python_mcp` to import. */
export async function startScript(
  bench: JobBench,
  source: string,
  { python = PYTHON, env = {}, timeoutSeconds = 0, call = false }: ScriptOptions = {},
): Promise<Draft> {
  const runtime = installScriptRuntime(bench.path);
  const draft = bench.draft(!call);
  const request = bench.request([python, "-c", source], { env, timeoutSeconds, background: !call });
  Object.assign(request.run.env!, runtime.env(undefined), {
    PYTHON_MCP_JOB_ID: draft.id,
    PYTHON_MCP_PROGRESS_FILE: draft.files.progressFile,
    PYTHON_MCP_ARTIFACTS: draft.files.artifacts,
  });
  if (call) await bench.manager.call(draft, request);
  else await bench.manager.start(draft, request);
  return draft;
}

/** The jobs that a job's script has started, oldest first, once there are so many. */
export async function childrenOf(bench: JobBench, id: string, count = 1): Promise<JobEntry[]> {
  return await waitFor(async () => {
    const { rows } = await bench.manager.list({ limit: 50 });
    const children = rows.filter(({ parent }) => parent === id).reverse();
    return children.length >= count && children;
  }, { what: `${count} children of ${id}` });
}
