import type { Sandbox } from "../../base/command.ts";
import { bubblewrapArguments, type SandboxPlan } from "./bubblewrap.ts";
import { keptFolders } from "./kept_folders.ts";
import { passedVariables } from "./passed_variables.ts";
import type { SandboxSettings } from "./sandbox_settings.ts";
import { seatbeltProfile } from "./seatbelt.ts";
import { seccompFilter } from "./seccomp.ts";

/**
 * The sandbox of a plan, as a command's spec holds it.
 *
 * @param tool the program that makes it
 * @param hosts what it reaches of a network that it has not
 * @param index the package index, as part of that
 * @param more names of variables that reach the command besides those that reach every script
 */
export function inSandbox(
  tool: string,
  { settings, home }: { settings: SandboxSettings; home: string },
  plan: SandboxPlan,
  { hosts, index, more = [] }: { hosts?: string[]; index?: string[]; more?: string[] },
): Sandbox {
  const { level, guarded: { placeholders } } = plan;
  const made = Deno.build.os === "darwin"
    ? { wrapper: [tool, "-p", seatbeltProfile(plan)] }
    : { wrapper: [tool, ...bubblewrapArguments(plan)], filter: seccompFilter() };
  return {
    level,
    ...made,
    passes: [...passedVariables(settings), ...more],
    ...(hosts === undefined ? {} : { hosts }),
    ...(index === undefined ? {} : { index_hosts: index }),
    ...(placeholders.length > 0 ? { placeholders } : {}),
    state: keptFolders(home).state,
  };
}
