import { statIfThere } from "../../base/private_files.ts";

/** Works on the files of a folder while no other `install` does; where there is no folder, there is none. */
export function whileLocked<Value>(folder: string, work: () => Value): Value {
  if (!statIfThere(folder)?.isDirectory) return work();
  const handle = Deno.openSync(folder);
  try {
    try {
      handle.lockSync(true);
    } catch {
      // Some network file systems have no locks.
    }
    return work();
  } finally {
    handle.close();
  }
}
