import { join } from "node:path";
import { exists, statIfThere } from "../../base/private_files.ts";

/** What the folder of an environment is called while it is removed. */
const LEAVING = ".leaving-";
/** A plan that has just been made is not yet a job. */
const LEAST_MS = 3600 * 1000;

/** The file whose time says when a run last used an environment; with it the environment is made. */
export function useMarker(environment: string): string {
  return join(environment, "ready");
}

/** Notes that an environment is used now; false where it is not made. */
export function markUse(environment: string): boolean {
  const now = new Date();
  try {
    Deno.utimeSync(useMarker(environment), now, now);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    return exists(useMarker(environment)); // a read-only home
  }
}

/**
 * Removes the environments of a home that no run has used since a time.
 *
 * @param programs paths of what runs now or will; their environments stay
 */
export async function removeUnusedEnvironments(
  home: string,
  unusedSince: number,
  programs: readonly string[],
): Promise<void> {
  const environments = join(home, "environments");
  const before = Math.min(unusedSince, Date.now() - LEAST_MS);
  for (const name of namesIn(environments)) {
    const folder = join(environments, name);
    if (name.startsWith(LEAVING)) await removeFolder(folder);
    else if (!programs.some((program) => program.startsWith(`${folder}/`))) {
      await removeIfUnused(folder, join(environments, LEAVING + name), before);
    }
  }
}

async function removeIfUnused(
  folder: string,
  leaving: string,
  before: number,
): Promise<void> {
  if (lastUse(folder) >= before || isBeingMade(folder)) return;
  try {
    Deno.renameSync(folder, leaving);
  } catch {
    return; // another server is removing it
  }
  // A run that found it just before has marked it: it needs it after all.
  if (lastUse(leaving) >= before && !exists(folder)) Deno.renameSync(leaving, folder);
  else await removeFolder(leaving);
}

/** Not at once: an environment may hold ten thousands of files, and calls wait. */
async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // another server is faster
  }
}

function lastUse(folder: string): number {
  const info = statIfThere(useMarker(folder)) ?? statIfThere(folder);
  return info?.mtime?.getTime() ?? Infinity;
}

function isBeingMade(folder: string): boolean {
  const path = join(folder, "lock");
  if (!exists(path)) return false;
  using lock = Deno.openSync(path, { read: true });
  return !lock.tryLockSync(false);
}

function namesIn(folder: string): string[] {
  return exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name) : [];
}
