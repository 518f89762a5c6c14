import { dirname, join } from "node:path";
import { findLauncherPython } from "../../python/find_interpreters.ts";
import { findUv } from "../../python/find_uv.ts";
import { scopedFlags } from "../scoped_flags.ts";
import type { ServerEntry } from "./clients.ts";

const SYSTEM_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin"];

/**
 * What starts this server from anywhere: absolute paths, and a PATH of its own, since a program that
 * the desktop starts does not have the one of a terminal.
 */
export function serverEntry({ main, home, env, scoped }: {
  main: string;
  home: string;
  env: Record<string, string>;
  scoped: boolean;
}): ServerEntry {
  const deno = Deno.execPath();
  const uv = findUv(home, env);
  const folders = [
    ...(uv === undefined ? [] : [dirname(uv)]),
    dirname(deno),
    ...SYSTEM_FOLDERS,
  ];
  const defaultHome = join(env.HOME ?? "/", ".python_mcp");
  const permissions = scoped ? scopedFlags({ home, python: findLauncherPython(env) }) : ["-A"];
  return {
    command: deno,
    args: ["run", ...permissions, "--no-prompt", main],
    env: {
      PATH: [...new Set(folders)].join(":"),
      ...(home === defaultHome ? {} : { PYTHON_MCP_HOME: home }),
    },
  };
}
