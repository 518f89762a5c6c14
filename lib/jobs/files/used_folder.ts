import { dirname, join } from "node:path";
import { overwritePrivate } from "../../base/private_files.ts";
import { holdLock } from "./file_lock.ts";
import { COMES_FROM, LOCK_CONTENT, NEXT_SOURCE, OUTCOME_ROOM } from "./folder_content.ts";
import type { JobFiles } from "./job_files.ts";
import { JOB_FILES } from "./names.ts";

const { artifacts, cell, exception, lock, nextException, outcome, scriptFolder, source } =
  JOB_FILES;
const FOLDER = 0o40700;
const FILE = 0o100600;

/** What files are in a folder that is used again, by what they were called. */
const NAMES: [name: string, fresh: string][] = [
  ...Object.entries(COMES_FROM),
  [source, NEXT_SOURCE],
  [NEXT_SOURCE, NEXT_SOURCE],
  [nextException, nextException],
  [cell, cell],
  [lock, lock],
];
const MAY_BE_LEFT: string[] = [source, NEXT_SOURCE, cell];

/**
 * Empties the folder of a run that has ended, so that it is as a new one: a file system takes ten times as long
 * to make files, and still longer soon after it has removed some. So those that only some runs have stay, empty.
 *
 * @param isCell It was run by a session, which leaves other files; and which goes on, so that it may have the
 *   folders for scripts open, or be in one.
 * @returns `unusable` where that is not for sure, as where the script has left anything: the folder may be half
 *   emptied then; `held` where a process holds it.
 */
export function emptyUsedFolder(files: JobFiles, isCell: boolean): "emptied" | "held" | "unusable" {
  try {
    // A script of root's can give what is there to others.
    const owner = Deno.lstatSync(dirname(files.folder)).uid;
    if (sizeOf(files.lock, FILE, owner) === undefined) return "unusable";
    using held = holdLock(files.lock);
    if (!held) return "held";
    const sizes = sizesIn(files, isCell, owner);
    if (!sizes) return "unusable";
    // In this order: without its spec, nobody starts the run again while it no longer says that it has begun.
    for (const [name, fresh] of NAMES) {
      const size = sizes.get(name);
      if (size === undefined) continue;
      const path = join(files.folder, fresh);
      if (fresh !== name) Deno.renameSync(join(files.folder, name), path);
      if (name === outcome) overwritePrivate(path, OUTCOME_ROOM);
      else if (name === lock) Deno.truncateSync(path, LOCK_CONTENT.length);
      else if (size > 0) Deno.truncateSync(path);
    }
    return "emptied";
  } catch {
    return "unusable";
  }
}

/** The sizes of what a run leaves that has left nothing of its own; `undefined` unless all is as it was made. */
function sizesIn(
  { folder }: JobFiles,
  isCell: boolean,
  owner: number | null,
): Map<string, number> | undefined {
  const missing = new Set([...Object.keys(COMES_FROM), lock]);
  // The name says that a script has come to its end, which a cell does not have of its own.
  if (isCell) missing.add(cell).add(nextException).delete(exception);
  const sizes = new Map<string, number>();
  const names = [
    ...namesIn(folder),
    ...namesIn(folder, scriptFolder),
    ...namesIn(folder, artifacts),
  ];
  for (const name of names) {
    const isFolder = name === scriptFolder || name === artifacts;
    const size = sizeOf(join(folder, name), isFolder ? FOLDER : FILE, owner);
    if (size === undefined) return undefined;
    if (isFolder) continue;
    if (!missing.delete(name) && !MAY_BE_LEFT.includes(name)) return undefined;
    sizes.set(name, size);
  }
  const isWhole = missing.size === 0 && sizeOf(folder, FOLDER, owner) !== undefined;
  return isWhole ? sizes : undefined;
}

/** The names in a folder, or in one inside it, from the former on. */
function namesIn(folder: string, inside = ""): string[] {
  return [...Deno.readDirSync(join(folder, inside))].map(({ name }) => join(inside, name));
}

/** The size of what is of that kind, mode and owner, and if a file under no other name as well. */
function sizeOf(path: string, mode: number, owner: number | null): number | undefined {
  const info = Deno.lstatSync(path);
  const isAsMade = info.mode === mode && info.uid === owner;
  return isAsMade && (info.isDirectory || info.nlink === 1) ? info.size : undefined;
}
