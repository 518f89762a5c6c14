import { dirname, join } from "node:path";
import { ensureFolder, exists, removeIfThere, writePrivate } from "./private_files.ts";

/** Files that are embedded in this program, to be put into a folder. */
export interface EmbeddedFiles {
  /** Of the folder; it has a hash of the files, so that each version of them has its own. */
  folderName: string;
  /** Their text by their path in the folder; a path that ends in `/` is an empty folder. */
  files: Record<string, string>;
}

/**
 * Names the folder of files that are embedded in this program. The hash is Web Crypto's: `node:crypto`
 * would take a tenth of the time in which a server starts.
 *
 * @param name What they are, for people who look into the folder.
 */
export async function embeddedFiles(
  name: string,
  files: Record<string, string>,
): Promise<EmbeddedFiles> {
  const content = new TextEncoder().encode(JSON.stringify(files));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return { folderName: `${name}-${hash.toHex().slice(0, 8)}`, files };
}

/**
 * Puts embedded files into their folder below `<home>/runtime`, unless they are there, and returns its
 * path. Readers see the whole folder or none.
 */
export function installFiles(home: string, { folderName, files }: EmbeddedFiles): string {
  const folder = join(home, "runtime", folderName);
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
