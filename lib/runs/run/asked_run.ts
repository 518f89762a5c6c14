import type { JobFiles } from "../../jobs/files/job_files.ts";
import { hideSecrets } from "../../base/hide_secrets.ts";
import type { PythonRun, RunOptions } from "./run_options.ts";

/** What was asked of a run, as its `spec.json` keeps it: of secrets, only that there were some. */
export interface AskedRun {
  /** Without the text of inline code, which has a file of its own. */
  run: Omit<PythonRun, "script"> & { scriptPath?: string; module?: string };
  options: Pick<
    RunOptions,
    "args" | "envFile" | "timeoutSeconds" | "memoryMb" | "sandbox" | "stdinOpen" | "ray" | "label"
  >;
  withheld: {
    /** The names of variables whose values were given. */
    variables?: string[];
    stdin?: true;
    /** A requirement named an address with a password. */
    password?: true;
  };
}

export function askedRun(
  { script, ...run }: PythonRun,
  { stdin, envVars = {}, args, envFile, timeoutSeconds, memoryMb, sandbox, stdinOpen, ray, label }:
    RunOptions,
): AskedRun {
  const dependencies = run.dependencies?.map(hideSecrets);
  const variables = Object.keys(envVars).sort();
  const hasPassword = dependencies?.some((one, index) => one !== run.dependencies![index]);
  return {
    run: { ...run, dependencies, scriptPath: script.path, module: script.module },
    // By name: what else callers pass along may hold anything.
    options: { args, envFile, timeoutSeconds, memoryMb, sandbox, stdinOpen, ray, label },
    withheld: {
      ...(variables.length > 0 && { variables }),
      ...(stdin !== undefined && { stdin: true }),
      ...(hasPassword && { password: true }),
    },
  };
}

/** `undefined` for a task, and for a job of an earlier version. */
export function askedOf(files: JobFiles | undefined): AskedRun | undefined {
  const asked = files?.shownSpec?.details.asked as Partial<AskedRun> | undefined;
  return isWhole(asked) ? asked : undefined;
}

/** A script may have written anything into its job's files. */
function isWhole(found: Partial<AskedRun> | undefined): found is AskedRun {
  const { run, options, withheld } = found ?? {};
  const parts: unknown[] = [run, options, withheld];
  return parts.every((part) => typeof part === "object" && part !== null) &&
    areTexts(options!.args) && areTexts(withheld!.variables) && areTexts(run!.dependencies);
}

function areTexts(found: unknown): boolean {
  return found === undefined ||
    Array.isArray(found) && found.every((one) => typeof one === "string");
}
