import { UserError } from "../../base/user_error.ts";
import type { Settings } from "../settings.ts";
import type { RunOptions } from "./run_options.ts";
import { sandboxLevelOf } from "./sandbox_level_of.ts";

/** @throws UserError where the run is to have a sandbox, of which a cluster knows nothing */
export function forbidInSandbox(
  { sandbox, repeatedSandbox }: Pick<RunOptions, "sandbox" | "repeatedSandbox">,
  settings: Settings,
): void {
  const level = sandboxLevelOf(settings.sandbox, sandbox, repeatedSandbox);
  if (level === "off") return;
  throw new UserError(
    `Cannot run on Ray in the sandbox (${level}): a cluster has none. Leave run_on out, or ask the server's ` +
      "owner to set PYTHON_MCP_SANDBOX to off.",
  );
}
