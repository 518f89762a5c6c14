import { parseSeconds } from "../../jobs/waiting/budget.ts";
import { TOOLS } from "../../mcp/tools/tools.ts";
import type { Finding } from "./finding.ts";
import { readSettings } from "../../runs/settings.ts";

const GLOBAL = "SMART_ASYNC_TIMEOUT_SECONDS";

/** Variables that should hold numbers and do not. */
export function checkBudgets(env: Record<string, string>): Finding[] {
  const warnings: string[] = [];
  readSettings(env, (message) => warnings.push(message));
  const names = [GLOBAL, ...TOOLS.map(({ name }) => `${name.toUpperCase()}_TIMEOUT`)];
  for (const name of names) {
    const text = env[name];
    if (text && parseSeconds(text) === undefined) {
      warnings.push(
        `${name}=${text} is ignored, and the default used: it must be a number, 0 or more`,
      );
    }
  }
  if (warnings.length === 0) {
    return [{
      check: "settings",
      level: "ok",
      message: `calls wait up to ${env[GLOBAL] || "20"} s`,
    }];
  }
  return warnings.map((message) => ({
    check: "settings",
    level: "warning",
    message,
    fix: "Set a number of seconds, such as 20, or unset the variable.",
  }));
}
