import { join } from "node:path";
import { overwritePrivate, removeIfThere } from "../../base/private_files.ts";
import { holdLock } from "./file_lock.ts";
import { COMES_FROM, LOCK_CONTENT, OUTCOME_ROOM } from "./folder_content.ts";
import type { JobFiles } from "./job_files.ts";
import { JOB_FILES } from "./names.ts";

const FOLDER = 0o40700;
const FILE = 0o100600;

/**
 * Empties the folder of a run that has ended, so that it is as a new one: a file system takes ten times as long
 * to make files, and still longer soon after it has removed some.
 *
 * @returns False where that is not for sure, as where the script has left anything, or something of it runs. The
 *   folder is then of no use, and may be half emptied.
 */
export function emptyUsedFolder(files: JobFiles): boolean {
  const { folder } = files;
  try {
    using lock = isPlain(files.lock, FILE) ? holdLock(files.lock) : undefined;
    if (!lock || !isAsExpected(files)) return false;
    removeIfThere(files.source);
    for (const [name, fresh] of Object.entries(COMES_FROM)) {
      if (name !== fresh) Deno.renameSync(join(folder, name), join(folder, fresh));
      if (fresh !== JOB_FILES.nextOutcome) Deno.truncateSync(join(folder, fresh));
    }
    overwritePrivate(files.path(JOB_FILES.nextOutcome), OUTCOME_ROOM);
    Deno.truncateSync(files.lock, LOCK_CONTENT.length);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is what a run leaves that has left nothing of its own, all of it as it was made. */
function isAsExpected({ folder }: JobFiles): boolean {
  const { scriptFolder, artifacts, source, lock } = JOB_FILES;
  const expected = new Set([...Object.keys(COMES_FROM), lock]);
  const names = [
    ...namesIn(folder),
    ...namesIn(folder, scriptFolder),
    ...namesIn(folder, artifacts),
  ];
  for (const name of names) {
    const mode = name === scriptFolder || name === artifacts ? FOLDER : FILE;
    if (!isPlain(join(folder, name), mode)) return false;
    if (mode === FILE && !expected.delete(name) && name !== source) return false;
  }
  return expected.size === 0 && isPlain(folder, FOLDER);
}

/** The names in a folder, or in one inside it, from the former on. */
function namesIn(folder: string, inside = ""): string[] {
  return [...Deno.readDirSync(join(folder, inside))].map(({ name }) => join(inside, name));
}

/** Whether it is of that kind and mode, and a file under no other name as well. */
function isPlain(path: string, mode: number): boolean {
  const info = Deno.lstatSync(path);
  return info.mode === mode && (info.isDirectory || info.nlink === 1);
}
