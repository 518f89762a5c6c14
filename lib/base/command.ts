import type { SandboxLevel } from "./sandbox_level.ts";

/** Environment changes over the server's own: a string sets a variable, `null` removes it. */
export type EnvChanges = Record<string, string | null>;

/** What a command that prepares needs of the file system, whatever a sandbox hides. */
export interface StepNeeds {
  /** Interpreters besides the one that it starts with. */
  pythons: string[];
  reads: string[];
  /** Folders, which are made where they are missing. */
  writes: string[];
}

/** What a command runs in, so that it gets less than its user may do. */
export interface Sandbox {
  level: Exclude<SandboxLevel, "off">;
  /** The program that makes it, with its options, up to the command. */
  wrapper: string[];
  /** A filter of system calls for bubblewrap, in base64; none where another program makes the sandbox. */
  filter?: string;
  /** The variables of the server's own environment that reach the command; `LC_*` stands for many. */
  passes: string[];
  /** What it reaches of a network that it has not: `name`, `*.name`, an address, each perhaps with `:port`. */
  hosts?: string[];
  /** Of these, `name:port` whose address may be in a network that is nobody else's. */
  index_hosts?: string[];
  /** Names that are made for as long as the command runs, so that it cannot make them itself. */
  placeholders?: { path: string; is_folder: boolean }[];
  /** The folder where it is kept which placeholders there are. */
  state: string;
}

/** A command that prepares what the run needs (an environment, a tool); run in the order given. */
export interface PrepareStep {
  /** What people read while it runs, e.g. `Installing pandas, requests`. */
  label: string;
  argv: string[];
  cwd?: string;
  env?: EnvChanges;
  /** The step is skipped when this path exists. */
  creates?: string;
  /** A file that is locked while the step runs, so that two jobs do not do the same work twice. */
  lock?: string;
  /** Where the step's standard output, trimmed, is saved (atomically) when it succeeds. */
  save_stdout_to?: string;
  /** Seconds; the step fails when they are over. */
  timeout_seconds?: number;
  sandbox?: Sandbox;
  /** What its sandbox has to be made for; no part of a spec. */
  needs?: StepNeeds;
}

/** The command whose output is the job's output. */
export interface RunStep {
  argv: string[];
  cwd: string;
  env?: EnvChanges;
  /** Text for standard input; without it the script reads an empty one. */
  stdin?: string;
  /** More may be sent while it runs; its input ends when that is said. */
  stdin_open?: boolean;
  sandbox?: Sandbox;
}

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
  /** What its host imports ahead, which is then a host for such runs alone; else what is learned of them. */
  modules?: string[];
};
