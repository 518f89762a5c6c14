import { join } from "node:path";
import { UserError } from "./user_error.ts";

/**
 * Refuses a folder, or what of it is named, that another user made or may write to: what lies there is
 * run and believed.
 *
 * @param names what of the folder counts, each with how many levels below it
 * @throws UserError with the command that puts it right
 */
export function requireOwned(folder: string, names: Readonly<Record<string, number>>): void {
  const info = Deno.statSync(folder);
  requireOwner(folder, folder, info);
  requireClosed(folder, folder, info);
  // Into a folder that is closed to others, nobody else gets, whatever uv and pip leave the modes at.
  const isOpen = ((info.mode ?? 0) & 0o077) !== 0;
  for (const [name, levels] of Object.entries(names)) {
    walk(join(folder, name), levels, (path, info) => {
      requireOwner(path, folder, info);
      if (isOpen && !info.isSymlink) requireClosed(path, folder, info);
    });
  }
}

type Check = (path: string, info: Deno.FileInfo) => void;

function walk(path: string, levels: number, check: Check): void {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  check(path, info);
  if (!info.isDirectory || levels === 0) return;
  for (const { name } of Deno.readDirSync(path)) walk(join(path, name), levels - 1, check);
}

function requireOwner(path: string, folder: string, { uid }: Deno.FileInfo): void {
  const own = ownId();
  if (own !== undefined && uid !== own) throw isForeign(path, folder, uid!, own);
}

function requireClosed(path: string, folder: string, { mode }: Deno.FileInfo): void {
  if (((mode ?? 0) & 0o022) === 0) return;
  throw new UserError(
    `Cannot use ${path}: other users may write to it (mode ${
      (mode! & 0o777).toString(8)
    }), and what ` +
      `is there is run. If you trust all that is in it: chmod 700 '${folder}'`,
  );
}

function isForeign(path: string, folder: string, owner: number, own: number): UserError {
  if (own === 0) {
    return new UserError(
      `Cannot use ${path} as root: it belongs to user ${owner}, who could not change what root creates ` +
        `there. Run this as that user (sudo -u '#${owner}' …), or set PYTHON_MCP_HOME to a folder of ` +
        "root's own.",
    );
  }
  return new UserError(
    `Cannot use ${path}: it belongs to user ${owner}, and what is there is run. Set PYTHON_MCP_HOME ` +
      `to a folder of your own, or, if you trust all that is in it: sudo chown -R "$(id -u)" '${folder}'`,
  );
}

/** The user that this process runs as; `undefined` where Deno does not tell it: it needs `--allow-sys=uid`. */
export function ownId(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return state === "granted" ? Deno.uid() ?? undefined : undefined;
}
