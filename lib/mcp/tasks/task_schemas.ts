import { z } from "zod";

/** The extension's identifier; SEP-2663. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

export const TASK_PARAMS = z.looseObject({ taskId: z.string() });
export const TASK_RESULT = z.looseObject({});
