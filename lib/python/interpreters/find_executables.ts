import { join } from "node:path";

/** A program file that is what its name says, and no script that looks for the real one. */
export interface Executable {
  path: string;
  /** The file that it comes down to through symbolic links. */
  realPath: string;
  /** Tells whether that file has been replaced since. */
  modified: number;
}

/**
 * Places that hold programs even where a desktop's short PATH leaves them out. The `python3` in
 * `/usr/bin` of macOS may be a stub that opens a dialog.
 */
export const standardFolders = Deno.build.os === "darwin"
  ? ["/opt/homebrew/bin", "/usr/local/bin", "/Library/Developer/CommandLineTools/usr/bin"]
  : ["/usr/bin", "/usr/local/bin"];

const listings = new Map<string, { modified: number; names: string[] }>();

/** The folders of PATH and then the standard ones, each once. */
export function programFolders(env: Record<string, string>): string[] {
  const onPath = (env.PATH ?? "").split(":").filter((folder) =>
    folder.startsWith("/") && !(Deno.build.os === "darwin" && folder === "/usr/bin")
  );
  const folders = [...onPath, ...standardFolders].map((folder) => folder.replace(/(.)\/+$/, "$1"));
  return [...new Set(folders)];
}

/** Whether a folder holds the stand-ins of a version manager (pyenv, asdf, mise). */
export function isShimFolder(folder: string): boolean {
  return folder.endsWith("/shims");
}

/** Where pyenv keeps its versions and its settings. */
export function pyenvRoot(env: Record<string, string>): string {
  return env.PYENV_ROOT || join(env.HOME ?? "/", ".pyenv");
}

/** The names in a folder, none when it cannot be read; read again only when it has changed. */
export function namesIn(folder: string): string[] {
  try {
    const modified = Deno.statSync(folder).mtime?.getTime() ?? 0;
    const known = listings.get(folder);
    if (known?.modified === modified) return known.names;
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
    listings.set(folder, { modified, names });
    return names;
  } catch {
    return [];
  }
}

/** By path: what was found there, and in which file. */
const looked = new Map<string, { stamp: string; found?: Executable }>();

/** Looks at one path; `undefined` unless a real program is there. The same file is read once. */
export function executableAt(path: string): Executable | undefined {
  try {
    const info = Deno.statSync(path);
    const { dev, ino, size, mode, mtime, ctime } = info;
    const stamp = [dev, ino, size, mode, mtime?.getTime(), ctime?.getTime()].join(" ");
    const known = looked.get(path);
    if (known?.stamp === stamp) return known.found;
    const found = look(path, info);
    looked.set(path, { stamp, found });
    return found;
  } catch {
    return undefined;
  }
}

function look(path: string, { isFile, mode, mtime }: Deno.FileInfo): Executable | undefined {
  if (!isFile || ((mode ?? 0) & 0o111) === 0 || isScript(path)) return undefined;
  return { path, realPath: Deno.realPathSync(path), modified: mtime?.getTime() ?? 0 };
}

function isScript(path: string): boolean {
  using file = Deno.openSync(path);
  const start = new Uint8Array(2);
  return file.readSync(start) === 2 && start[0] === 0x23 && start[1] === 0x21;
}
