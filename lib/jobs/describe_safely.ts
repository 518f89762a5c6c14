import type { JobManagerOptions } from "./job_manager_options.ts";

/** A job ends whatever is wrong with the files that its result is made of. */
export function describeSafely(
  { describe, log }: Pick<JobManagerOptions, "describe" | "log">,
): JobManagerOptions["describe"] {
  return async (files, outcome, known) => {
    try {
      return await describe(files, outcome, known);
    } catch (error) {
      log(`no result of ${files.folder}: ${error}`);
      return { result: null, error: outcome.error ?? `The job's result cannot be read: ${error}` };
    }
  };
}
