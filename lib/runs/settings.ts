import { hideSecrets } from "../base/hide_secrets.ts";
import { readIfThere } from "../base/private_files.ts";
import { resolvePath } from "../base/resolve_path.ts";
import { UserError } from "../base/user_error.ts";
import { parseSeconds } from "../jobs/waiting/budget.ts";
import type { RayAddress } from "../jobs/ray/ray_api.ts";
import type { SandboxSettings } from "../python/sandbox/sandbox_settings.ts";
import type { WarmSettings } from "../python/warm_wish.ts";
import { readSandboxSettings } from "./sandbox_settings.ts";

const DEFAULT_MAX_OUTPUT_MB = 1024;
const DEFAULT_KEEP_DAYS = 30;
const DEFAULT_WARM_MB = 1024;
const DEFAULT_WARM: WarmSettings["mode"] = "imports";
const WARM_MODES = ["imports", "start", "off"] as const;

/** What the program was started with, resolved once. */
export interface Settings {
  /** `PYTHON_MCP_HOME`. */
  home: string;
  /** `PYTHON_MCP_MAX_RUNNING`: how many background jobs run at once in a home. */
  maxRunning: number;
  /** `PYTHON_MCP_MAX_OUTPUT_MB`, in bytes a stream. */
  maxOutputBytes: number;
  /** `PYTHON_MCP_MAX_MEMORY_MB`, in bytes a job; none by default. */
  maxMemoryBytes?: number;
  /** `PYTHON_MCP_MAX_PROCESSES` a job; none by default. */
  maxProcesses?: number;
  /** `PYTHON_MCP_KEEP_DAYS`: how long ended jobs and unused environments stay. */
  keepDays: number;
  /** `PYTHON_MCP_WAIT_WITH_PROGRESS`: a caller that gets progress is waited for without a budget. */
  waitWithProgress: boolean;
  /** `PYTHON_MCP_STOP_ON_DISCONNECT`: a closed connection stops the run. */
  stopOnDisconnect: boolean;
  /** `PYTHON_MCP_WARM` and `PYTHON_MCP_WARM_MB`. */
  warm: WarmSettings;
  sessions: SessionSettings;
  /** `PYTHON_MCP_RAY_ADDRESS`, with `RAY_AUTH_TOKEN` or the file `RAY_AUTH_TOKEN_PATH`. */
  ray?: RayAddress;
  /** `PYTHON_MCP_SANDBOX` and what belongs to it. */
  sandbox: SandboxSettings;
  /** The server's working directory: what relative paths are relative to. */
  cwd: string;
  env: Record<string, string>;
}

export interface SessionSettings {
  /** `PYTHON_MCP_MAX_SESSIONS`. */
  most: number;
  /** `PYTHON_MCP_SESSION_IDLE_HOURS`: after which one ends that nobody uses; 0 = never. */
  idleHours: number;
  /** `PYTHON_MCP_SESSION_GRACE_SECONDS`: how long a cell may go on after an interrupt. */
  graceSeconds: number;
}

/**
 * The settings of the program: defaults < environment; resolved once, passed down as plain values.
 *
 * @throws UserError when a setting of the sandbox is none: what it was to forbid must not be allowed
 */
export function readSettings(
  env: Record<string, string>,
  warn: (message: string) => void,
): Settings {
  const number = (name: string, fallback: number, least: number) => {
    const text = env[name];
    if (!text) return fallback;
    const value = parseSeconds(text);
    if (value !== undefined && value >= least) return value;
    warn(`${name}=${text} is not a number of at least ${least}; the default, ${fallback}, is used`);
    return fallback;
  };
  return {
    home: homeOf(env),
    maxRunning: Math.floor(number("PYTHON_MCP_MAX_RUNNING", 4 * navigator.hardwareConcurrency, 1)),
    maxOutputBytes: number("PYTHON_MCP_MAX_OUTPUT_MB", DEFAULT_MAX_OUTPUT_MB, 0) * 2 ** 20,
    maxMemoryBytes: number("PYTHON_MCP_MAX_MEMORY_MB", 0, 0) * 2 ** 20 || undefined,
    maxProcesses: Math.floor(number("PYTHON_MCP_MAX_PROCESSES", 0, 0)) || undefined,
    keepDays: number("PYTHON_MCP_KEEP_DAYS", DEFAULT_KEEP_DAYS, 0),
    waitWithProgress: isTrue(env.PYTHON_MCP_WAIT_WITH_PROGRESS),
    stopOnDisconnect: isTrue(env.PYTHON_MCP_STOP_ON_DISCONNECT),
    warm: {
      mode: warmMode(env.PYTHON_MCP_WARM, warn),
      mb: number("PYTHON_MCP_WARM_MB", DEFAULT_WARM_MB, 1),
    },
    sessions: {
      most: Math.floor(number("PYTHON_MCP_MAX_SESSIONS", 8, 1)),
      idleHours: number("PYTHON_MCP_SESSION_IDLE_HOURS", 4, 0),
      graceSeconds: number("PYTHON_MCP_SESSION_GRACE_SECONDS", 30, 0),
    },
    ray: rayAddress(env, warn),
    sandbox: readSandboxSettings(env),
    cwd: Deno.cwd(),
    env,
  };
}

function warmMode(text: string | undefined, warn: (message: string) => void): WarmSettings["mode"] {
  const found = WARM_MODES.find((mode) => mode === text?.toLowerCase());
  if (text && !found) {
    warn(`PYTHON_MCP_WARM=${text} is not one of ${WARM_MODES.join(", ")}; ${DEFAULT_WARM} is used`);
  }
  return found ?? DEFAULT_WARM;
}

/** Where the Ray cluster is that jobs may run on; `undefined` where there is none. */
function rayAddress(
  env: Record<string, string>,
  warn: (message: string) => void,
): RayAddress | undefined {
  const text = env.PYTHON_MCP_RAY_ADDRESS?.trim();
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    warn(
      `PYTHON_MCP_RAY_ADDRESS=${
        hideSecrets(text)
      } is not the address of a Ray dashboard, such as ` +
        "http://head:8265; jobs run on this machine only",
    );
    return undefined;
  }
  const path = env.RAY_AUTH_TOKEN_PATH;
  const token = env.RAY_AUTH_TOKEN || (path && readIfThere(resolvePath(path, Deno.cwd(), env)));
  return { url: text, ...(token ? { token: token.trim() } : {}) };
}

/** @throws UserError when nothing says where it is */
function homeOf(env: Record<string, string>): string {
  // Clients give values as they are written, `~` included.
  const path = env.PYTHON_MCP_HOME || "~/.python_mcp";
  if (path.startsWith("~") && !env.HOME) {
    throw new UserError(
      `Cannot tell where the home ${path} is: HOME is not set. Set PYTHON_MCP_HOME to the path of a ` +
        "folder, or HOME.",
    );
  }
  return resolvePath(path, Deno.cwd(), env);
}

/** How every switch of the environment is read: `true`, in any case. */
export function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}
