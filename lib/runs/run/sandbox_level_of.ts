import { isAtLeast, type SandboxLevel, stricterOf } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import type { SandboxSettings } from "../../python/sandbox/sandbox_settings.ts";

/**
 * The level that a run gets: the owner's, or a stricter one that its caller wants.
 *
 * @param repeated of the run that it repeats, which counts where it is stricter
 * @throws UserError when the caller wants a looser one
 */
export function sandboxLevelOf(
  { level: own }: Pick<SandboxSettings, "level">,
  asked: SandboxLevel | undefined,
  repeated: SandboxLevel = "off",
): SandboxLevel {
  if (asked !== undefined && !isAtLeast(asked, own)) {
    throw new UserError(
      `Cannot run with \`sandbox\`: ${JSON.stringify(asked)}: the server's owner has set ` +
        `${own} (PYTHON_MCP_SANDBOX), and a call may only be stricter. Leave \`sandbox\` out.`,
    );
  }
  return stricterOf(stricterOf(own, asked ?? "off"), repeated);
}
