import { dirname, join } from "node:path";
import { exists, removeIfThere } from "../../base/private_files.ts";

/**
 * Copies the Deno that runs this to where Deno's own installer puts it, out of reach of npm's clean-ups;
 * one that is there already stays. Returns its path.
 */
export function keepDeno(env: Record<string, string>): string {
  const path = join(env.DENO_INSTALL || join(env.HOME ?? "/", ".deno"), "bin/deno");
  if (exists(path)) return path;
  Deno.mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    Deno.copyFileSync(Deno.execPath(), fresh);
    Deno.renameSync(fresh, path);
  } catch (error) {
    removeIfThere(fresh);
    throw error;
  }
  return path;
}
