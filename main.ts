/**
 * The MCP server that runs Python as jobs. As a program it serves MCP over stdio; as a module it gives
 * tools of your own the same smart async, on the same store.
 *
 * @module
 */
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
  const { start } = await import("./lib/serve/start.ts");
  Deno.exit(await start(Deno.args));
}
