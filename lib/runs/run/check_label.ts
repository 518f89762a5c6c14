import { UserError } from "../../base/user_error.ts";

const LONGEST_LABEL = 200;

/** @throws UserError when no job can have this label */
export function checkLabel(label = ""): void {
  if (label.includes("\0")) {
    throw new UserError("Cannot use a `job_label` with a NUL character. Remove it.");
  }
  if (label.length <= LONGEST_LABEL) return;
  throw new UserError(
    `Cannot use a \`job_label\` of ${label.length} characters: at most ${LONGEST_LABEL} are allowed. Shorten it.`,
  );
}
