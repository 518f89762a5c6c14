import { UserError } from "../../base/user_error.ts";

/** There is no job of that id. */
export function unknownJob(id: string): UserError {
  return new UserError(
    `There is no job with \`job_id\` ${
      JSON.stringify(id.slice(0, 100))
    }. py_list_jobs shows the ids; jobs ` +
      "that were pruned or answered within their call have none.",
  );
}
