import { isAtLeast } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import type { SessionFiles } from "../../jobs/files/session_files.ts";
import type { Settings } from "../settings.ts";

type WithSettings = { settings: Pick<Settings, "sandbox"> };

/** Whether a session's sandbox is as strict as this server's, or stricter. */
export function isOwnLevel(app: WithSettings, { record }: SessionFiles): boolean {
  return looserLevel(app, record) === undefined;
}

function looserLevel({ settings: { sandbox } }: WithSettings, record: SessionFiles["record"]) {
  const own = record?.asked.sandbox;
  return own === undefined || isAtLeast(own, sandbox.level) ? undefined : own;
}

/**
 * Sessions of a looser sandbox, which another server has started, are not there for this one's callers.
 *
 * @throws UserError for such a session
 */
export function requireOwnLevel(
  app: WithSettings,
  { name, record }: Pick<SessionFiles, "name" | "record">,
): void {
  const looser = looserLevel(app, record);
  if (looser === undefined) return;
  const { level } = app.settings.sandbox;
  throw new UserError(
    `Cannot use the session ${name} in the sandbox (${level}, PYTHON_MCP_SANDBOX): another server ` +
      `started it in a looser one (${looser}). py_sessions lists those that can be used here.`,
  );
}
