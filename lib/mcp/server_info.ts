import config from "../../deno.json" with { type: "json" };

/** What `initialize` is answered with, besides the version of the protocol. */
export const SERVER_INFO = { name: "python-mcp", title: "python-mcp", version: config.version };

export const CAPABILITIES = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  completions: {},
  logging: {},
};

export const INSTRUCTIONS =
  "Runs Python. Every run tool waits for its result up to a budget (20 s); a longer run continues as a " +
  "background job and the answer holds its job_id. Follow a job with py_job_status (wait_seconds up to " +
  "50 waits for its end), stop it with py_cancel_job. Scripts report progress with " +
  "`from python_mcp import create_progress_callback`. To explore, where each step depends on the one " +
  "before, use py_session_run: its variables stay. What must be repeatable is a script.";
