import type { PrepareStep, RunStep } from "../base/command.ts";

/** The commands that make up a run, and what can be said about it afterwards. */
export interface RunPlan {
  /** Empty when nothing is left to prepare. */
  prepare: PrepareStep[];
  run: RunStep;
  strategy: "uv-run" | "system-python";
  /** The requirements that the environment was made from, sorted. */
  resolvedDependencies: string[];
  /** The file that says, once everything is prepared, which of them were left out; see `applyLeftOut`. */
  leftOut?: string;
  /** One sentence, when there is something to say. */
  note?: string;
  /** The part of the note that the server's own user should see too: what it installs for itself. */
  announcement?: string;
}
