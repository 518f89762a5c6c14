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
  /** The most processes that the script may have at once; none where it is missing or null. */
  max_processes?: number | null;
  sample_interval_seconds?: number;
  repeat?: number;
  warm?: WarmWish;
  /** It is a cell, which runs in a session and not in a process of its own. */
  session?: CellPlace;
}

/** The session that a cell runs in. */
export interface CellPlace {
  id: string;
  name: string;
  /** Whether it runs in a sandbox. */
  is_sandboxed: boolean;
  /** Who sends it: the next client's cell says that another one came before. */
  client: string;
  /** Cells that are sent at once: after one that does not end well the others do not run. */
  series?: string;
  /** What is installed before it runs; none where nothing is. */
  install?: CellInstall;
}

/** Packages for a living session. */
export interface CellInstall {
  /** The command of uv, which the requirements follow. */
  argv: string[];
  /** The requirements of the caller, all of which it must get. */
  requirements: string[];
  /** Modules that the cell imports, each with the distribution that has it: installed where it is missing. */
  modules: [module: string, distribution: string][];
  /** The folder that they go into. */
  folder: string;
}
