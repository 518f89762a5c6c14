/** What a process without its own `/proc` is to be told to do. */
export const MOUNT_PROC = "mount -t proc proc /proc";

/**
 * Whose processes `/proc` shows, where this is Linux: those of this process' own pid namespace, those of
 * the one that it was made in (`unshare -pf` without `--mount-proc`), or none. `own` elsewhere, and where
 * Deno does not tell: it lets read `/proc` only with -A.
 *
 * It imports nothing: without `/proc`, Deno aborts at the import of `node:process`.
 */
export function seeProcesses(): "own" | "other" | "none" {
  if (Deno.build.os !== "linux") return "own";
  try {
    return Deno.readLinkSync("/proc/self") === String(Deno.pid) ? "own" : "other";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "none" : "own";
  }
}
