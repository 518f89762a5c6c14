import { join } from "node:path";
import { removeIfThere } from "../../base/private_files.ts";

/** Removes a job's folder, folders that its script made read-only included. */
export function removeFolder(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    makeWritable(path);
    removeIfThere(path);
  }
}

/** The same, without waiting for the disk. */
export async function removeFolderAside(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch {
    removeFolder(path);
  }
}

function makeWritable(path: string): void {
  Deno.chmodSync(path, 0o700);
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory) makeWritable(join(path, name));
  }
}
