/** @typedef {import("../js/job.js").Job} Job */

/**
 * The result of a run that was answered within its call, as a job.
 *
 * @param {Record<string, any>} result
 * @param {string} label
 * @returns {Job}
 */
export function runAsJob(result, label) {
  const now = Date.now();
  const failed = result.exit_code !== 0;
  return {
    id: "",
    label,
    status: failed ? "failed" : "completed",
    created_at: new Date(now).toISOString(),
    started_at: new Date(now - result.elapsed_seconds * 1000).toISOString(),
    completed_at: new Date(now).toISOString(),
    progress: null,
    result,
    error: failed ? `exit code ${result.exit_code}` : null,
  };
}
