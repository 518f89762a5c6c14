import { explained } from "../../base/explain_system_error.ts";
import { createPrivate, replacePrivate } from "../../base/private_files.ts";

/**
 * Writes a notebook (0600), all of it or nothing; false where there is one that is not to be replaced.
 *
 * @throws UserError with what the system said, and what to do
 */
export function writeNotebook(path: string, text: string, overwrite: boolean): boolean {
  try {
    if (!overwrite) return createPrivate(path, text);
    replacePrivate(path, text);
    return true;
  } catch (error) {
    throw explained(error, `Cannot save the notebook ${path}`);
  }
}
