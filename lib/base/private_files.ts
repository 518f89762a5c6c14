import { UserError } from "./user_error.ts";

/** Files and folders that only their user can read, whatever the umask. */

/** Something else is where a file has to be, as a script may have put it there. */
export class NotAFile extends UserError {
  constructor(path: string) {
    super(`Cannot use ${path}: what is there now is not a file. Remove it, then try again.`);
  }
}

/** Creates the folder and its parents (mode 0700). */
export function ensureFolder(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a file (mode 0600). */
export function writePrivate(path: string, content: string): void {
  using file = openPrivate(path, { truncate: true });
  const bytes = new TextEncoder().encode(content);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/**
 * The same, over what is there. It needs no more room than that takes, and does not have the file system
 * hurry: ext4 writes a file to the disk that was emptied and written again.
 */
export function overwritePrivate(path: string, content: string): void {
  using file = openPrivate(path);
  const bytes = new TextEncoder().encode(content);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  file.truncateSync(bytes.length);
}

/**
 * Opens a file for writing, creating it (mode 0600); for reading too, since a named pipe in its place would
 * have whoever opens it for one of both wait for ever.
 *
 * @throws NotAFile when something else than a regular file is there
 */
export function openPrivate(path: string, options: Deno.OpenOptions = {}): Deno.FsFile {
  const file = Deno.openSync(path, {
    write: options.append !== true,
    ...options,
    read: true,
    create: true,
    mode: 0o600,
  });
  if (file.statSync().isFile) return file;
  file.close();
  throw new NotAFile(path);
}

/** Creates a file with its content (mode 0600), at once; false where there is one already. */
export function createPrivate(path: string, content: string): boolean {
  const fresh = freshName(path);
  try {
    writePrivate(fresh, content);
    Deno.linkSync(fresh, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    removeIfThere(fresh);
  }
}

/** Replaces a file at once (mode 0600): readers see the old content or the new, never a part. */
export function replacePrivate(path: string, content: string): void {
  const fresh = freshName(path);
  try {
    writePrivate(fresh, content);
    Deno.renameSync(fresh, path);
  } catch (error) {
    removeIfThere(fresh);
    throw error;
  }
}

function freshName(path: string): string {
  return `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
}

/** The content of a text file, or `undefined` where there is none. */
export function readIfThere(path: string): string | undefined {
  return ifThere(() => Deno.readTextFileSync(path));
}

/** What a function reads; `undefined` where its path leads nowhere. */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (leadsNowhere(error)) return undefined;
    throw error;
  }
}

const NOWHERE = ["ENOENT", "ENOTDIR", "ELOOP"];

/** Also because of a link to itself, which a script may have put there. Deno and `node:fs` say it each in its way. */
function leadsNowhere(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    NOWHERE.includes((error as { code?: string } | null)?.code ?? "");
}

/** The JSON in a file, or `undefined` where there is none or it is not (yet) whole. */
export function readJsonIfThere<T>(path: string): T | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

export function exists(path: string): boolean {
  return statIfThere(path) !== undefined;
}

export function statIfThere(path: string): Deno.FileInfo | undefined {
  return ifThere(() => Deno.statSync(path));
}

/** What is at a path, links not followed; `undefined` where nothing is, or where nobody may look. */
export function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

export function isLink(path: string): boolean {
  return lookAt(path)?.isSymlink === true;
}

/** Removes a file or a whole folder; what is not there is no error. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
