import type { PrepareStep, RunStep, WarmWish } from "../../base/command.ts";

/** What a supervisor needs to know of its job. Seconds, bytes. */
export interface ProcessSpec {
  id: string;
  /** The job whose script started it. */
  parent?: string;
  dir: string;
  order: number;
  kind: "call" | "background";
  prepare: PrepareStep[];
  run: RunStep;
  /** The run's time limit in seconds; 0 for none. */
  timeout_seconds: number;
  /** The most that a stream may hold, in bytes. */
  max_output_bytes: number;
  /** The most that the script may have with all that it starts; none where it is missing or null. */
  max_memory_bytes?: number | null;
  sample_interval_seconds?: number;
  repeat?: number;
  warm?: WarmWish;
}
