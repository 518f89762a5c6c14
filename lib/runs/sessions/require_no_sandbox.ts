import { UserError } from "../../base/user_error.ts";
import type { Settings } from "../settings.ts";

/**
 * Sessions run with all of their user's rights, so a server whose scripts have fewer has none.
 *
 * @throws UserError at every level of the sandbox but `off`
 */
export function requireNoSandbox({ settings }: { settings: Pick<Settings, "sandbox"> }): void {
  const { level } = settings.sandbox;
  if (level === "off") return;
  throw new UserError(
    `Cannot use sessions in the sandbox (${level}): they run outside of it, and the server's owner has ` +
      "set PYTHON_MCP_SANDBOX. Run the code as a script, with a tool such as py_run_script_in_dir.",
  );
}
