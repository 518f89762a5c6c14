import { dirname } from "node:path";
import { removeIfThere, statIfThere } from "../../base/private_files.ts";

/**
 * Replaces a file at once; it gets the mode that `like` has, else 0600: such files hold secrets. Nobody
 * but its user may read one that is said to be secret.
 */
export function replaceFile(path: string, content: string, like: string, isSecret = false): void {
  const mode = (statIfThere(like)?.mode ?? 0o600) & (isSecret ? 0o700 : 0o777);
  Deno.mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    Deno.writeTextFileSync(fresh, content, { mode });
    Deno.chmodSync(fresh, mode);
    Deno.renameSync(fresh, path);
  } catch (error) {
    removeIfThere(fresh);
    throw error;
  }
}
