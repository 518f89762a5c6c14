import { dirname, join } from "node:path";
import { exists, removeIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { isFromNpx } from "../program/invocation.ts";
import { explaining } from "./config_file.ts";
import { homeOf } from "./places.ts";

/** The Deno that clients can start for good; absent where this one is in npx's cache and no other is kept. */
export function lastingDeno(env: Record<string, string>): string | undefined {
  if (!isFromNpx()) return Deno.execPath();
  const path = placeOf(env);
  return isNewEnough(path) ? path : undefined;
}

/**
 * Copies the Deno that runs this to where Deno's own installer puts it, out of reach of npm's clean-ups;
 * one that is there already stays, and an older one is an error. Returns its path.
 */
export function keepDeno(env: Record<string, string>): string {
  const path = placeOf(env);
  if (isNewEnough(path)) return path;
  if (exists(path)) {
    throw new UserError(
      `Cannot copy Deno to ${path}: what is there is not Deno ${Deno.version.deno} or later. ` +
        `Run \`${path} upgrade\`, or move it away, then try again.`,
    );
  }
  const fresh = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  return explaining(`Cannot copy Deno to ${path}`, () => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    try {
      Deno.copyFileSync(Deno.execPath(), fresh);
      Deno.renameSync(fresh, path);
    } catch (error) {
      removeIfThere(fresh);
      throw error;
    }
    return path;
  });
}

function placeOf(env: Record<string, string>): string {
  return join(env.DENO_INSTALL || join(homeOf(env), ".deno"), "bin/deno");
}

/** Whether a Deno is there that is as new as this one. */
function isNewEnough(path: string): boolean {
  if (!exists(path)) return false;
  try {
    const { stdout } = new Deno.Command(path, { args: ["--version"] }).outputSync();
    const [, found] = /^deno (\S+)/.exec(new TextDecoder().decode(stdout)) ?? [];
    return found !== undefined && isSameOrNewer(found, Deno.version.deno);
  } catch {
    return false;
  }
}

function isSameOrNewer(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) >= 0;
}
