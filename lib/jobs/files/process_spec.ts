import type { PrepareStep, RunStep } from "../../base/command.ts";

/** Whether a run may use a warm host, as far as its server knows; `cold` says why it may not. */
export type WarmWish = { cold: string } | {
  mode: "start" | "imports";
  /** The most that all warm hosts of the home may have in memory. */
  mb: number;
  /** The first names of what the script imports, sorted. */
  imports: string[];
  /** What it does that could change the imports after it; none where nothing does. */
  changes?: string;
  /** Why this run is cold, and later ones need not be. */
  not_yet?: string;
};

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
