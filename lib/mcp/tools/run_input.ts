import { z } from "zod";
import { SANDBOX_LEVELS, type SandboxLevel } from "../../base/sandbox_level.ts";
import type { ScriptChoice } from "../../runs/run/script_source.ts";
import { type RayInput, rayWish } from "./with_ray.ts";
import { DEFAULT_TIMEOUT_SECONDS, type RunOptions } from "../../runs/run/run_options.ts";

const noNul = (text: string) => !text.includes("\0");
const plainText = () => z.string().refine(noNul, "it must not hold a NUL character");
/** A path or a version, which no empty text is. */
const someText = () => plainText().min(1, "it must not be empty");

/** The parameters that every tool which runs Python takes. */
export const RUN_PARAMETERS = {
  args: z.array(plainText()).optional(),
  stdin: z.string().optional(),
  stdin_open: z.boolean().default(false).describe("Keep stdin open for py_send_input"),
  env_vars: z.record(z.string(), plainText()).refine(
    (variables) => Object.keys(variables).every((name) => /^[^=\0]+$/.test(name)),
    "a variable's name is not empty and holds neither = nor NUL",
  ).optional().describe("Override env_file"),
  env_file: someText().optional().describe("Path of a .env file"),
  timeout_seconds: z.number().min(0).default(DEFAULT_TIMEOUT_SECONDS).describe(
    "Time limit of the run; 0 = none",
  ),
  memory_mb: z.int().min(1).optional().describe(
    "Memory ceiling for the script and all it starts",
  ),
  sandbox: z.enum(SANDBOX_LEVELS).optional().describe("Stricter than the server's"),
  job_label: z.string().optional(),
};

/** The parameters that are listed only where the owner of the server has set a sandbox. */
export const OF_SANDBOX: readonly string[] = ["sandbox"];

/** What the tools that may answer within the call take besides. */
export const BUDGET_PARAMETERS = {
  async_mode: z.boolean().default(false).describe("Run in the background at once"),
  time_budget_seconds: z.number().min(0).optional().describe(
    "Seconds to wait before it goes on in the background (20)",
  ),
};

export const SCRIPT_PARAMETERS = {
  script_path: someText().optional().describe("A file, or a folder or zip with __main__.py"),
  script_content: z.string().optional().describe("Source"),
  module: someText().optional().describe("As python -m, e.g. pkg.tool; exactly one of the three"),
};

export const pythonVersion = someText().optional().describe(
  "e.g. 3.12 or >=3.11, or the path of an interpreter or environment",
);

export const directory = someText();

export const dependencies = z.array(z.string()).optional().describe(
  'PEP 508 requirements, e.g. ["pandas>=2"]',
);

/** What {@linkcode RUN_PARAMETERS} and {@linkcode BUDGET_PARAMETERS} give, validated. */
interface RunInput extends RayInput {
  args?: string[];
  stdin?: string;
  stdin_open?: boolean;
  env_vars?: Record<string, string>;
  env_file?: string;
  timeout_seconds: number;
  memory_mb?: number;
  sandbox?: SandboxLevel;
  job_label?: string;
  async_mode?: boolean;
  time_budget_seconds?: number;
}

/** The shared parameters of a call as the use cases take them. */
export function runOptions(tool: string, input: RunInput): RunOptions {
  return {
    tool,
    args: input.args,
    stdin: input.stdin,
    stdinOpen: input.stdin_open,
    envVars: input.env_vars,
    envFile: input.env_file,
    timeoutSeconds: input.timeout_seconds,
    memoryMb: input.memory_mb,
    ray: rayWish(input),
    sandbox: input.sandbox,
    label: input.job_label,
    background: input.async_mode,
    budgetSeconds: input.time_budget_seconds,
  };
}

/** The script that a call names. */
export function scriptChoice(
  input: { script_path?: string; script_content?: string; module?: string },
): ScriptChoice {
  const { script_path, script_content, module } = input;
  // A host that fills in every field leaves the others empty.
  const isFilledIn = script_content === "" && (script_path ?? module) !== undefined;
  return {
    scriptPath: script_path,
    scriptContent: isFilledIn ? undefined : script_content,
    module,
  };
}
