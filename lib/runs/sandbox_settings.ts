import { SANDBOX_LEVELS } from "../base/sandbox_level.ts";
import { resolvePath } from "../base/resolve_path.ts";
import { UserError } from "../base/user_error.ts";
import type { SandboxSettings } from "../python/sandbox/sandbox_settings.ts";

/**
 * What the owner of the server allows scripts.
 *
 * @throws UserError for what is no setting: a server that took a default for it would allow too much
 */
export function readSandboxSettings(env: Record<string, string>): SandboxSettings {
  return {
    level: levelOf(env.PYTHON_MCP_SANDBOX),
    roots: list(env.PYTHON_MCP_SANDBOX_WRITE, /:/).map((root) => rootAt(root, env)),
    hosts: list(env.PYTHON_MCP_SANDBOX_HOSTS, /[\s,]+/).map((host) => host.toLowerCase()),
    env: list(env.PYTHON_MCP_SANDBOX_ENV, /[\s,:]+/),
  };
}

function levelOf(text: string | undefined): SandboxSettings["level"] {
  if (!text) return "off";
  const found = SANDBOX_LEVELS.find((level) => level === text.trim().toLowerCase());
  if (found) return found;
  throw new UserError(
    `Cannot use PYTHON_MCP_SANDBOX=${text}: it must be one of ${SANDBOX_LEVELS.join(", ")}.`,
  );
}

function rootAt(path: string, env: Record<string, string>): string {
  if (path.startsWith("/") || path === "~" || path.startsWith("~/")) {
    return resolvePath(path, "/", env);
  }
  throw new UserError(
    `Cannot use ${path} in PYTHON_MCP_SANDBOX_WRITE: it is a relative path. Give absolute paths, with : ` +
      "between them.",
  );
}

function list(text: string | undefined, separator: RegExp): string[] {
  return (text ?? "").split(separator).map((item) => item.trim()).filter((item) => item !== "");
}
