import type { Tool } from "./define_tool.ts";
import { JOB_TOOLS } from "./job_tools.ts";
import { RUN_TOOLS } from "./run_tools.ts";
import { SCRIPT_TOOLS } from "./script_tools.ts";
import { SESSION_TOOLS } from "./session_tools.ts";

/** Every tool of the server, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  ...RUN_TOOLS,
  ...SCRIPT_TOOLS,
  ...SESSION_TOOLS,
  ...JOB_TOOLS,
];
