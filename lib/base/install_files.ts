import { basename, dirname, join } from "node:path";
import { ensureFolder, exists, removeIfThere, writePrivate } from "./private_files.ts";

/**
 * Files that are embedded in this program, to be put into a folder; made by `embeddedFiles`, while modules are
 * loaded: which then must not wait for anything, since whoever imports them meanwhile sees them half made.
 */
export interface EmbeddedFiles {
  /** What they are, for people who look into the folder. */
  name: string;
  /** Their text by their path in the folder; a path that ends in `/` is an empty folder. */
  files: Record<string, string>;
  /** It has a hash of the files, so that each version of them has its own; made once it is needed. */
  folderName?: string;
}

export function embeddedFiles(name: string, files: Record<string, string>): EmbeddedFiles {
  return { name, files };
}

/**
 * FNV-1a, four bytes at a time: it tells versions of this program apart, and keeps nothing from anybody. To load
 * `node:crypto` would take a tenth of the time in which a server starts.
 */
function hashOf(text: string): string {
  const bytes = new TextEncoder().encode(text.padEnd(text.length + 4));
  const words = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) {
    hash = Math.imul(hash ^ words[index]!, 0x01000193) ^ (hash >>> 15);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * Puts embedded files into their folder below `<home>/runtime`, unless they are there, and returns its
 * path. Readers see the whole folder or none.
 */
export function installFiles(home: string, embedded: EmbeddedFiles): string {
  const { name, files } = embedded;
  embedded.folderName ??= `${name}-${hashOf(JSON.stringify(files))}`;
  const folder = join(home, "runtime", embedded.folderName);
  if (exists(folder)) return folder;
  const fresh = `${folder}.${crypto.randomUUID().slice(0, 8)}.new`;
  try {
    for (const [path, text] of Object.entries(files)) {
      const isFolder = path.endsWith("/");
      ensureFolder(join(fresh, isFolder ? path : dirname(path)));
      if (!isFolder) writePrivate(join(fresh, path), text);
    }
    Deno.renameSync(fresh, folder);
    removeUnfinished(folder);
  } catch (error) {
    removeIfThere(fresh);
    if (!exists(folder)) throw error; // else another server was faster; its folder holds the same
  }
  return folder;
}

/** What servers have left that were killed while they did the same; one that lives takes the folder that is there. */
function removeUnfinished(folder: string): void {
  const runtime = dirname(folder);
  for (const { name } of Deno.readDirSync(runtime)) {
    if (name.startsWith(`${basename(folder)}.`) && name.endsWith(".new")) {
      removeIfThere(join(runtime, name));
    }
  }
}
