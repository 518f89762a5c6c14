import type { Tool } from "./define_tool.ts";
import { JOB_TOOLS } from "./job_tools.ts";
import { RUN_TOOLS } from "./run_tools.ts";
import { SCRIPT_TOOLS } from "./script_tools.ts";
import { SESSION_TOOLS } from "./session_tools.ts";
import { withRay } from "./with_ray.ts";

/** Every tool of a server that has no cluster, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  ...RUN_TOOLS,
  ...SCRIPT_TOOLS,
  ...SESSION_TOOLS,
  ...JOB_TOOLS,
];

const RUNNING = new Set([...RUN_TOOLS.map(({ name }) => name), "py_run_saved_script"]);

/** The same where jobs may run on a Ray cluster. */
export const TOOLS_WITH_RAY: readonly Tool[] = TOOLS.map((tool) =>
  RUNNING.has(tool.name) ? withRay(tool) : tool
);
