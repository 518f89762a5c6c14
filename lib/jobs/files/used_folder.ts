import { basename, join } from "node:path";
import { ensureFolder, overwritePrivate, removeIfThere } from "../../base/private_files.ts";
import { holdLock } from "./file_lock.ts";
import { COMES_FROM, LOCK_CONTENT, OUTCOME_ROOM } from "./folder_content.ts";
import type { JobFiles } from "./job_files.ts";
import { JOB_FILES } from "./names.ts";

const { artifacts, cell, exception, lock, nextException, scriptFolder, source } = JOB_FILES;
const FOLDER = 0o40700;
const FILE = 0o100600;

/**
 * Empties the folder of a run that has ended, so that it is as a new one: a file system takes ten times as long
 * to make files, and still longer soon after it has removed some.
 *
 * @param isCell The Python that ran it goes on, and may have the folders for scripts open, or be in one: they are
 *   made anew.
 * @returns `unusable` where that is not for sure, as where the script has left anything: the folder may be half
 *   emptied then; `held` where a process holds it.
 */
export function emptyUsedFolder(files: JobFiles, isCell: boolean): "emptied" | "held" | "unusable" {
  const { folder } = files;
  try {
    if (!isPlain(files.lock, FILE)) return "unusable";
    using held = holdLock(files.lock);
    if (!held) return "held";
    if (!isAsExpected(files, isCell)) return "unusable";
    for (const name of isCell ? [source, cell] : [source]) removeIfThere(join(folder, name));
    if (isCell) makeScriptFolder(files);
    for (const [name, fresh] of Object.entries(COMES_FROM)) {
      if (name !== fresh && !(isCell && name === exception)) {
        Deno.renameSync(join(folder, name), join(folder, fresh));
      }
      if (fresh !== JOB_FILES.nextOutcome) Deno.truncateSync(join(folder, fresh));
    }
    overwritePrivate(files.path(JOB_FILES.nextOutcome), OUTCOME_ROOM);
    Deno.truncateSync(files.lock, LOCK_CONTENT.length);
    return "emptied";
  } catch {
    return "unusable";
  }
}

/** The folder for scripts is replaced by another one with the same file. */
function makeScriptFolder(files: JobFiles): void {
  const was = join(files.folder, "was");
  Deno.renameSync(files.path(scriptFolder), was);
  ensureFolder(files.path(artifacts));
  Deno.renameSync(join(was, basename(nextException)), files.path(nextException));
  removeIfThere(was);
}

/** Whether there is what a run leaves that has left nothing of its own, all of it as it was made. */
function isAsExpected({ folder }: JobFiles, isCell: boolean): boolean {
  const expected = new Set([...Object.keys(COMES_FROM), lock]);
  // The name says that a script has come to its end, which a cell does not have of its own.
  if (isCell) expected.add(cell).add(nextException).delete(exception);
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
