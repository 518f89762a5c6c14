import { dirname, join } from "node:path";
import { lazyCrypto } from "./lazy_node.ts";
import { ensureFolder, exists, removeIfThere, writePrivate } from "./private_files.ts";

/**
 * Puts files that are embedded in this program into a folder below `<home>/runtime`, once for each
 * version of them, and returns its path. Readers see the whole folder or none.
 *
 * @param name What they are, for people who look into the folder.
 * @param files Their text by their path in the folder; a path that ends in `/` is an empty folder.
 */
export function installFiles(home: string, name: string, files: Record<string, string>): string {
  const folder = join(home, "runtime", `${name}-${hashOf(files).slice(0, 8)}`);
  if (exists(folder)) return folder;
  const fresh = `${folder}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    for (const [path, text] of Object.entries(files)) {
      const isFolder = path.endsWith("/");
      ensureFolder(join(fresh, isFolder ? path : dirname(path)));
      if (!isFolder) writePrivate(join(fresh, path), text);
    }
    Deno.renameSync(fresh, folder);
  } catch (error) {
    removeIfThere(fresh);
    if (!exists(folder)) throw error; // else another server was faster; its folder holds the same
  }
  return folder;
}

/** Of files that every run needs, which are the same each time. */
const hashes = new WeakMap<Record<string, string>, string>();

function hashOf(files: Record<string, string>): string {
  const known = hashes.get(files);
  if (known !== undefined) return known;
  const hash = lazyCrypto().createHash("sha256").update(JSON.stringify(files)).digest("hex");
  hashes.set(files, hash);
  return hash;
}
