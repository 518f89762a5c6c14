/** Makes files and folders such that nobody may change them, root included (chattr(1)), or takes that back. */
export function freeze(isFrozen: boolean, ...paths: string[]): void {
  if (!chattr(isFrozen, paths)) throw new Error("chattr is not possible here");
}

/** The same for all that is below folders, where files may come and go meanwhile. */
export function freezeAll(isFrozen: boolean, ...folders: string[]): void {
  chattr(isFrozen, folders, "-R", "-f");
}

/** Whether this process may freeze folders, as root may on most file systems. */
export async function canFreeze(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const can = chattr(true, [folder]) && chattr(false, [folder]);
  Deno.removeSync(folder);
  return can;
}

function chattr(isFrozen: boolean, paths: string[], ...options: string[]): boolean {
  try {
    const args = [...options, isFrozen ? "+i" : "-i", ...paths];
    return new Deno.Command("chattr", { args, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false; // there is no chattr
  }
}
