import type { PrepareStep, RunStep, WarmWish } from "../base/command.ts";
import { exists } from "../base/private_files.ts";
import type { WarmSettings } from "./warm_wish.ts";

/**
 * What the process of a session imports before its first cell, whatever that is, so that a cell finds the same
 * in a process that a warm host has forked. Those of IPython are skipped where there is none.
 */
const MODULES = [
  "asyncio",
  "base64",
  "ctypes",
  "getpass",
  "importlib.util",
  "resource",
  "subprocess",
  "IPython.core.interactiveshell",
  "IPython.core.application",
  "IPython.core.magics",
  "IPython.core.oinspect",
  "IPython.utils.tempdir",
  "IPython.utils.wildcard",
  "IPython.core.completer",
  "IPython.core.completerlib",
  "IPython.core.crashhandler",
  "traitlets.log",
];

/** Decides before a session starts whether a warm host may fork its process. */
export function sessionWarmth(
  { prepare, run }: { prepare: PrepareStep[]; run: RunStep },
  /** What the caller gave of the environment. */
  env: Record<string, string>,
  { mode, mb }: WarmSettings,
): WarmWish {
  if (mode === "off") return { cold: "PYTHON_MCP_WARM is off" };
  if (run.sandbox) return { cold: "it runs in a sandbox" };
  if (Object.keys(env).length > 0) return { cold: "its caller gave environment variables" };
  const isReady = prepare.every(({ creates }) => creates !== undefined && exists(creates));
  return {
    mode,
    mb,
    imports: [],
    modules: mode === "imports" ? MODULES : [],
    ...(!isReady && { not_yet: "its environment is prepared first" }),
  };
}
