import { UserError } from "../../base/user_error.ts";
import type { Home } from "./home.ts";

/** As SQLite, Deno (ENOSPC 28, EDQUOT 122 and 69) and Python say it. */
const FULL = /disk is full|disk I\/O error|os error (28|69|122)\b|no space left/i;

/**
 * Says what to do when an error means that there is no room left; other errors stay as they are.
 *
 * @param what What did not happen, as a sentence without its end.
 */
export function explainFullDisk(
  error: unknown,
  home: Home,
  what = "The job was not started",
): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof UserError || !FULL.test(text)) return error;
  return new UserError(
    `${what}: there is no room left for ${home.root} (${text}). ` +
      "Make room there (py_prune_jobs removes ended jobs), then try again.",
    { cause: error },
  );
}
