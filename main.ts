/**
 * The MCP server that runs Python as jobs. As a program it serves MCP over stdio; as a module it gives
 * tools of your own the same smart async, on the same store.
 *
 * @module
 */
import { permissionAdvice } from "./lib/base/permission_advice.ts";

export { createProgressCallback, currentJobId } from "./lib/jobs/task/smart_async.ts";
export type {
  JobContext,
  ProgressCallback,
  SmartAsyncInput,
  SmartAsyncOptions,
} from "./lib/jobs/task/smart_async.ts";
export type { BackgroundAnswer } from "./lib/jobs/waiting/answer_within_budget.ts";
export type { JobStatus, Progress } from "./lib/jobs/model/job.ts";
export type { JobView } from "./lib/jobs/model/job_view.ts";
export {
  cancelJob,
  getJobStatus,
  initializeState,
  listJobs,
  pruneJobs,
  smartAsync,
  type StateOptions,
} from "./lib/runs/library.ts";

if (import.meta.main) {
  const { start } = await import("./lib/serve/start.ts").catch(sayWhatIsMissing);
  Deno.exit(await start(Deno.args));
}

/** The program reads itself piece by piece, which takes a permission as anything else that is read. */
function sayWhatIsMissing(error: Error): never {
  if (!error.message.includes("--allow-read")) throw error;
  const text = `python-mcp: ${error.message}. ${permissionAdvice(error.message)}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(1);
}
