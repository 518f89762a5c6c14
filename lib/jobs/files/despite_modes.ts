import { join } from "node:path";

/**
 * Reads what lies in a folder whose modes a script may have changed at any moment: where that is
 * refused, the modes are restored and it is read once more.
 *
 * @throws what reading throws, when it is refused again
 */
export function despiteModes<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    restoreModes(folder);
    return read();
  }
}

/** Lets this user read and write a folder and the files in it again. */
export function restoreModes(folder: string): void {
  Deno.chmodSync(folder, 0o700);
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isFile && !isPrivate(path)) Deno.chmodSync(path, 0o600);
  }
}

function isPrivate(path: string): boolean {
  return ((Deno.lstatSync(path).mode ?? 0) & 0o600) === 0o600;
}
