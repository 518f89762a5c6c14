import type { BackgroundAnswer } from "../../jobs/waiting/answer_within_budget.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import type { ScriptSource } from "./script_source.ts";

/** How long a script may run when nobody says otherwise: a day. */
export const DEFAULT_TIMEOUT_SECONDS = 86400;

/** What every run of a script can be given. */
export interface RunOptions {
  /** What starts the run: lists show it, and `<TOOL>_TIMEOUT` sets its budget. */
  tool: string;
  args?: string[];
  stdin?: string;
  /** `sendInput` may send more while it runs. */
  stdinOpen?: boolean;
  /** They win over the variables of `envFile`. */
  envVars?: Record<string, string>;
  /** A `.env` file; relative to the run's directory. */
  envFile?: string;
  /** The script's time limit; 0 = none, default {@linkcode DEFAULT_TIMEOUT_SECONDS}. */
  timeoutSeconds?: number;
  /** A ceiling for the script with all that it starts; the owner's may be lower. */
  memoryMb?: number;
  /** Run on the Ray cluster, with what is asked of it. */
  ray?: RayWish;
  /** The sandbox that it runs in: the owner's level (the default) or a stricter one. */
  sandbox?: SandboxLevel;
  /** The level of the run that this one repeats, which it does not fall below. */
  repeatedSandbox?: SandboxLevel;
  /** At most 200 characters. */
  label?: string;
  /** Answer at once and go on in the background. */
  background?: boolean;
  /** How long to wait for the result before the run goes on in the background. */
  budgetSeconds?: number;
}

/** What a run on the Ray cluster is given. */
export interface RayWish {
  cpus?: number;
  gpus?: number;
  /** Amounts of resources that the cluster's owner has named. */
  custom?: Record<string, number>;
  /** Labels of the node, each with a condition. */
  labels?: Record<string, string>;
  /** Which files of the folder are sent, as patterns; the Python files by default. */
  include?: string[];
  /** The folder as the cluster sees it: nothing is sent. */
  sharedDirectory?: string;
}

/** What differs between the ways to run a script. */
export interface PythonRun {
  script: ScriptSource;
  /** The script's working directory; without it the job's own artifacts folder. */
  directory?: string;
  useUv: boolean;
  pythonVersion?: string;
  dependencies?: string[];
  /** Install what the imports need. */
  detectImports: boolean;
  /** The folder whose project counts. */
  projectDirectory?: string;
  /** Its requirements are added, instead of standing in where the script asks for nothing. */
  addsProject?: boolean;
  /** The result says which dependencies were used, even none. */
  namesDependencies: boolean;
  benchmark?: BenchmarkOptions;
}

export interface BenchmarkOptions {
  /** Between two samples of the memory in use. */
  sampleIntervalSeconds: number;
  /** How often the script is run; more than once gives statistics, after a warm-up run. */
  repeat: number;
}

/** How a run answers whoever started it. */
export type RunAnswer =
  /** It has ended; `artifacts` is the folder of what it made. */
  | { ended: Record<string, unknown>; artifacts: string }
  /** It goes on as a job. */
  | { background: BackgroundAnswer };
