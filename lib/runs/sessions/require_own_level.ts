import { isAtLeast } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import type { SessionFiles } from "../../jobs/files/session_files.ts";
import type { Settings } from "../settings.ts";

/**
 * Sessions of a looser sandbox, which another server has started, are not there for this one's callers.
 *
 * @throws UserError for such a session
 */
export function requireOwnLevel(
  { settings: { sandbox } }: { settings: Pick<Settings, "sandbox"> },
  { name, record }: SessionFiles,
): void {
  if (!record || isAtLeast(record.asked.sandbox, sandbox.level)) return;
  throw new UserError(
    `Cannot use the session ${name} in the sandbox (${sandbox.level}, PYTHON_MCP_SANDBOX): another server ` +
      `started it in a looser one (${record.asked.sandbox}). py_sessions lists those that can be used here.`,
  );
}
