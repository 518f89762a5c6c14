import { dirname, join } from "node:path";
import type { RunStep } from "../../base/command.ts";
import { ensureFolder } from "../../base/private_files.ts";
import type { SandboxLevel } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import { findGuarded } from "./guarded_names.ts";
import { filesOfAll } from "./interpreter_files.ts";
import { keptFolders } from "./kept_folders.ts";
import { contains, placesOf, shows, showsReal } from "./places.ts";
import { PROXY_VARIABLES } from "./passed_variables.ts";
import type { SandboxSettings } from "./sandbox_settings.ts";
import { requireSandbox } from "./try_sandbox.ts";
import { inSandbox } from "./wrap.ts";

/** What is the same for every command of a job. */
export interface SandboxContext {
  level: SandboxLevel;
  settings: SandboxSettings;
  /** The program's own folder. */
  home: string;
  /** The server's environment. */
  env: Record<string, string>;
}

/** What a command sees, and may write to, besides what its level shows. */
export interface Exceptions {
  /** The interpreters that environments which are yet to be made come from. */
  pythons?: string[];
  readable?: string[];
  writable?: string[];
}

/**
 * The command that runs a script, in the sandbox of a level; as it is at the level `off`.
 *
 * @throws UserError when no sandbox can be made, and when it would hide the command's folder
 */
export async function sandboxRun(
  step: RunStep,
  context: SandboxContext,
  { pythons = [], readable = [], writable = [] }: Exceptions,
): Promise<RunStep> {
  const { level, settings, home, env } = context;
  if (level === "off") return step;
  const tool = await requireSandbox(level, env);
  const places = placesOf(home, settings, env);
  const kept = keptFolders(home);
  ensureFolder(kept.cache);
  const mayWrite = [...writable, kept.cache];
  requireShown(
    "directory",
    step.cwd,
    level,
    (path) => shows(places, path) || mayWrite.some((folder) => contains(folder, path)),
  );
  const program = step.argv[0]!;
  const python = filesOfAll([program, ...pythons], places);
  const environment = dirname(dirname(program));
  const isOurs = contains(join(home, "environments"), environment);
  const tops = [...places.roots, step.cwd].filter((path) =>
    places.roots.some((root) => contains(root, path))
  );
  const guarded = findGuarded([...new Set(tops)]);
  const sandbox = inSandbox(tool, context, {
    level,
    places,
    userHome: env.HOME,
    readable: [
      ...python.readable.filter((path) => !isOurs || !contains(environment, path)),
      // One that is yet to be made, with the stand-in of its project.
      ...(isOurs ? [environment, join(dirname(environment), "project"), kept.pythons] : []),
      join(home, "runtime"),
      ...readable,
    ]
      .filter((path) => !showsReal(places, path)),
    links: python.links,
    writable: mayWrite,
    writesRoots: true,
    guarded,
    hasNetwork: level === "workspace",
  }, level === "hosts" ? { hosts: settings.hosts } : {});
  const variables = {
    MPLCONFIGDIR: join(kept.cache, "matplotlib"),
    ...(level === "hosts" ? PROXY_VARIABLES : {}),
  };
  return { ...step, env: { ...variables, ...step.env }, sandbox };
}

/**
 * @param what the parameter that names the path
 * @throws UserError unless the sandbox shows what is there
 */
export function requireShown(
  what: string,
  path: string,
  level: SandboxLevel,
  isShown: (path: string) => boolean,
): void {
  if (isShown(path)) return;
  throw new UserError(
    `Cannot use \`${what}\` ${path}: the sandbox (${level}) hides it. Use a path in one of the folders ` +
      "of PYTHON_MCP_SANDBOX_WRITE, to which the server's owner may add this one.",
  );
}
