import { basename, join } from "node:path";
import { ensureFolder } from "../../base/private_files.ts";
import type { Home } from "./home.ts";
import { removeFolder } from "./remove_folder.ts";

const DAY_MS = 24 * 3600 * 1000;

/**
 * Puts a job's folder into `trash/<age>.<id>`, where it stays for a day of the home's age; one that is not
 * there is no error.
 *
 * @param age of the home, in milliseconds
 */
export function moveToTrash(home: Home, folder: string, age: number): void {
  const target = join(home.trash, `${age}.${basename(folder)}`);
  ensureFolder(home.trash);
  try {
    Deno.renameSync(folder, target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    Deno.chmodSync(folder, 0o700); // its script may have made it read-only
    Deno.renameSync(folder, target);
  }
}

/** Removes what has been in the trash for a day, or came there in a database that was lost since. */
export function emptyTrash(home: Home, age: number, log: (message: string) => void): void {
  for (const { name } of Deno.readDirSync(home.trash)) {
    const since = parseInt(name);
    if (since <= age && age < since + DAY_MS) continue;
    try {
      removeFolder(join(home.trash, name));
    } catch (error) {
      log(`${join(home.trash, name)} could not be removed: ${error}`);
    }
  }
}
