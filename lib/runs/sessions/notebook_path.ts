import { dirname, isAbsolute, join, sep } from "node:path";
import { statIfThere } from "../../base/private_files.ts";
import { resolvePath } from "../../base/resolve_path.ts";
import { UserError } from "../../base/user_error.ts";

/**
 * Where a notebook is to be written; its folder exists.
 *
 * A relative path leads through no link: code of the session could have put one there.
 *
 * @param base What a relative path is relative to.
 * @throws UserError that says which rule the path broke
 */
export function notebookPath(path: string, base: string, env: Record<string, string>): string {
  const refuse = (why: string) =>
    new UserError(`Cannot save to ${JSON.stringify(path.slice(0, 300))}: ${why}`);
  if (path.includes("\0")) throw refuse("it contains a NUL character. Remove that.");
  if (!path.toLowerCase().endsWith(".ipynb") || /(?:^|\/)\.ipynb$/i.test(path)) {
    throw refuse("a notebook's name ends with .ipynb, such as analysis.ipynb.");
  }
  const whole = resolvePath(path, base, env);
  const folder = dirname(whole);
  if (!statIfThere(folder)?.isDirectory) {
    throw refuse(`there is no folder ${folder}. Create it, or name another path.`);
  }
  const link = isAbsolute(path) || path.startsWith("~") ? undefined : linkIn(path, base);
  if (link !== undefined) throw refuse(`${link} is a link. ${LINK_ADVICE}`);
  const found = lstatIfThere(whole);
  if (found?.isSymlink) throw refuse(`${whole} is a link. ${LINK_ADVICE}`);
  if (found && !found.isFile) throw refuse(`${whole} is not a file. Name another path.`);
  return whole;
}

const LINK_ADVICE = "Name the place that it leads to by its absolute path, or another one.";

/** The first link on the way from `base` to the folder that a relative path names. */
function linkIn(path: string, base: string): string | undefined {
  let at = base;
  for (const part of dirname(path).split(sep)) {
    at = join(at, part);
    if (lstatIfThere(at)?.isSymlink && part !== "." && part !== "..") return at;
  }
  return undefined;
}

function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
