import { join } from "node:path";
import { UserError } from "../../base/user_error.ts";
import { followLinks } from "./links.ts";
import type { SandboxSettings } from "./sandbox_settings.ts";

/** Folders whose content no sandbox shows: those of users, and those where sockets lie. */
const HIDDEN = ["/home", "/root", "/run", "/tmp", "/var/tmp", "/Users", "/private/tmp"];
/** Of these, what a script gets empty and for itself. */
export const PRIVATE = ["/tmp", "/var/tmp"];

/** What of the file system a sandbox hides, and what of that it shows all the same. Real paths. */
export interface Places {
  hidden: string[];
  /** They can be written to. */
  roots: string[];
  /** The program's own folder, hidden even in a root. */
  home: string;
}

/**
 * @throws UserError when a root is not there, or is a folder that no script may write to
 */
export function placesOf(
  home: string,
  { roots }: Pick<SandboxSettings, "roots">,
  env: Record<string, string>,
): Places {
  const own = realPathOf(home);
  const hidden = [...HIDDEN, env.HOME ?? "/root", own].flatMap(realIfThere)
    .filter((path) => path !== "/");
  // What is in a folder that a script gets for itself is hidden once more, and cannot be written to.
  const above = hidden.filter((path) => !PRIVATE.includes(path));
  return {
    home: own,
    hidden: [...new Set(hidden)].filter((one) => !above.some((other) => isBelow(one, other)))
      .sort(),
    // What is below another one is mounted after it, so that no script can move it away.
    roots: checkLinks(roots, roots.map((root) => checkRoot(root, own))).sort(),
  };
}

/** A script that can write to one root could lead another one to any place by a link. */
function checkLinks(roots: string[], real: string[]): string[] {
  for (const root of roots) {
    const link = followLinks(root).links.find(({ path }) =>
      real.some((other) => isBelow(path, other))
    );
    if (link === undefined) continue;
    throw new UserError(
      `Cannot run with the folder ${root} of PYTHON_MCP_SANDBOX_WRITE: ${link.path} is a symbolic link in ` +
        "another of these folders, where a script may have made it. Have the server's owner name the place " +
        "that it leads to, or remove the link.",
    );
  }
  return [...real];
}

function checkRoot(root: string, home: string): string {
  const [path] = realIfThere(root);
  const why = path === undefined
    ? "there is no such folder"
    : path === "/"
    ? "it is the whole file system"
    : contains(home, path)
    ? `it is in the home of python-mcp (${home}), where jobs are kept`
    : undefined;
  if (why === undefined) return path!;
  throw new UserError(
    `Cannot run with the folder ${root} of PYTHON_MCP_SANDBOX_WRITE: ${why}. Create it, or have the ` +
      "server's owner name another folder there.",
  );
}

/**
 * Whether a sandbox shows what is at a path, links followed.
 *
 * @param path Its end need not exist.
 */
export function shows(places: Places, path: string): boolean {
  return showsReal(places, realPathOf(path));
}

/** The same, of a path without links. */
export function showsReal({ hidden, roots, home }: Places, real: string): boolean {
  const longest = (folders: string[]) =>
    Math.max(-1, ...folders.filter((one) => contains(one, real)).map((one) => one.length));
  return longest(roots) >= longest([...hidden, home]);
}

/** Whether a path is in a folder, or is that folder. */
export function contains(folder: string, path: string): boolean {
  return path === folder || isBelow(path, folder);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder === "/" ? "/" : `${folder}/`) && path !== folder;
}

function realIfThere(path: string): string[] {
  try {
    return [Deno.realPathSync(path)];
  } catch {
    return [];
  }
}

/** The path without links, as far as it exists. */
function realPathOf(path: string): string {
  const [real] = realIfThere(path);
  if (real !== undefined) return real;
  const at = path.lastIndexOf("/");
  return at <= 0 ? path : join(realPathOf(path.slice(0, at)), path.slice(at + 1));
}
