import { join, resolve } from "node:path";

/** An absolute path: `~` is the user's home folder, and what is relative is relative to `base`. */
export function resolvePath(path: string, base: string, env: Record<string, string>): string {
  if (path === "~" || path.startsWith("~/")) return join(env.HOME ?? "/", path.slice(1));
  return resolve(base, path);
}
