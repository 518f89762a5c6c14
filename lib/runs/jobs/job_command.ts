import type { JobFiles } from "../../jobs/files/job_files.ts";
import { askedOf } from "../run/asked_run.ts";

/** What a job runs, as people tell it from others. */
export interface JobCommand {
  /** The path of the script, or `-m` and the name of a module; absent for inline code. */
  script?: string;
  args: string[];
  /** The working directory; absent where it is a folder of the job's own. */
  folder?: string;
  /** The names of variables whose values were given. */
  variables?: string[];
}

/** `undefined` for a task, for a job of an earlier version, and where its script has changed what was noted. */
export function commandOf(files: JobFiles | undefined): JobCommand | undefined {
  try {
    return readCommand(files);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function readCommand(files: JobFiles | undefined): JobCommand | undefined {
  const asked = askedOf(files);
  if (!asked) return files && startedByScript(files);
  return {
    script: asked.run.module === undefined ? asked.run.scriptPath : `-m ${asked.run.module}`,
    args: asked.options.args ?? [],
    folder: asked.run.directory,
    variables: asked.withheld.variables,
  };
}

function startedByScript(files: JobFiles): JobCommand | undefined {
  const spec = files.shownSpec;
  if (spec?.tool !== "python_mcp.run") return undefined;
  const { argv: [, script, ...args], cwd } = spec.process.run;
  return { script: script === files.source ? undefined : script, args, folder: cwd };
}
