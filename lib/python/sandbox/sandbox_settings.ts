import type { SandboxLevel } from "../../base/sandbox_level.ts";

/** What the owner of the server allows scripts. */
export interface SandboxSettings {
  /** `PYTHON_MCP_SANDBOX`. */
  level: SandboxLevel;
  /** `PYTHON_MCP_SANDBOX_WRITE`: the folders that scripts see and may write to, absolute. */
  roots: string[];
  /** `PYTHON_MCP_SANDBOX_HOSTS`: what the level `hosts` lets through. */
  hosts: string[];
  /** `PYTHON_MCP_SANDBOX_ENV`: the server's variables that scripts get besides the usual ones. */
  env: string[];
}
