import type { Annotations } from "./define_tool.ts";

/** Scripts may do anything: that is what they are for. */
export const RUNS_CODE: Annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

/** It changes nothing. */
export const READS: Annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** What it removes or replaces is gone; a second call changes nothing more. */
export const REMOVES: Annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
};
