import { ownId } from "../../base/owned_files.ts";
import { UserError } from "../../base/user_error.ts";
import { placesOf } from "../../python/sandbox/places.ts";
import { requireSandbox } from "../../python/sandbox/try_sandbox.ts";
import type { Settings } from "../../runs/settings.ts";
import type { Finding } from "./finding.ts";

/** Whether scripts run in a sandbox, and whether it can be made here. */
export async function checkSandbox(
  { home, env, sandbox }: Pick<Settings, "home" | "env" | "sandbox">,
): Promise<Finding[]> {
  const check = "sandbox";
  const { level, roots } = sandbox;
  try {
    const tool = await requireSandbox(level === "off" ? "isolated" : level, env);
    if (level === "off") {
      return [{ check, level: "ok", message: `off (PYTHON_MCP_SANDBOX); ${tool} can make one` }];
    }
    placesOf(home, sandbox, env);
    const where = roots.length === 0 ? "nothing but artifacts" : roots.join(", ");
    const message = `${level}, by ${tool}; scripts write to ${where}`;
    return [{ check, level: "ok", message }, ...asRoot(check)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (level === "off") {
      return [{
        check,
        level: "ok",
        message: "off (PYTHON_MCP_SANDBOX), and none can be made here",
      }];
    }
    const [message = "", ...fix] = error.message.split(/\. (?=[A-Z])/);
    return [{ check, level: "error", message, fix: fix.join(". ") }];
  }
}

function asRoot(check: string): Finding[] {
  if (ownId() !== 0) return [];
  return [{
    check,
    level: "warning",
    message: "The server runs as root: its scripts read what root alone may read outside of homes",
    fix: "Run it as a user of its own.",
  }];
}
