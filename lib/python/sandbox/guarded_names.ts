import { join } from "node:path";
import type { Sandbox } from "../../base/command.ts";
import { lookAt } from "../../base/private_files.ts";

/** What programs outside run or believe when they find it in a folder. */
export const GUARDED_FOLDERS: readonly string[] = [
  ".git",
  ".vscode",
  ".cursor",
  ".claude",
  ".venv",
];
const FILES = [".mcp.json", ".envrc"];

/** What scripts cannot write to though it is in a folder that they can write to. */
export interface Guarded {
  existing: string[];
  /** An empty one takes the place of what is not there, for as long as the script runs. */
  placeholders: NonNullable<Sandbox["placeholders"]>;
}

/** So many folders below a root are looked at for what is in them. */
const LOOKED_AT = 500;
const DEPTH = 2;

/**
 * @param tops Where the names are kept even if nothing has them.
 */
export function findGuarded(tops: readonly string[]): Guarded {
  const names = [
    ...GUARDED_FOLDERS.map((name) => ({ name, is_folder: true })),
    ...FILES.map((name) => ({ name, is_folder: false })),
  ];
  const all = tops.flatMap((top) =>
    names.map(({ name, is_folder }) => ({ path: join(top, name), is_folder }))
  );
  const left = { folders: LOOKED_AT };
  const below = tops.flatMap((top) => foldersBelow(top, DEPTH, left))
    .flatMap((folder) => names.map(({ name }) => join(folder, name)));
  // What is a link is not followed, which a script may have made: mounted, it would show what it leads to.
  // One look at each: what is empty may be the placeholder of another job, which its end takes away.
  const looks = new Map(all.map(({ path }) => [path, lookAt(path)]));
  const isReal = (info: Deno.FileInfo | undefined) => info !== undefined && !info.isSymlink;
  return {
    existing: [...new Set([...looks.keys(), ...below])]
      .filter((path) => isReal(looks.has(path) ? looks.get(path) : lookAt(path))),
    placeholders: all.filter(({ path }) => {
      const info = looks.get(path);
      return info === undefined || (isReal(info) && isEmpty(path));
    }),
  };
}

export function guardedNames({ existing, placeholders }: Guarded): string[] {
  return [
    ...existing.filter((path) => !placeholders.some((one) => one.path === path))
      .flatMap((path) => ["--ro-bind", path, path]),
    // What nobody can make has no placeholder.
    ...placeholders.flatMap(({ path }) => ["--ro-bind-try", path, path]),
  ];
}

/** Also where it was just taken away: then it was a placeholder. */
function isEmpty(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return info.isDirectory
      ? Deno.readDirSync(path)[Symbol.iterator]().next().done!
      : info.size === 0;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function foldersBelow(folder: string, depth: number, left: { folders: number }): string[] {
  if (depth === 0) return [];
  const found: string[] = [];
  try {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (!isDirectory || name.startsWith(".") || name === "node_modules") continue;
      if (left.folders-- <= 0) break;
      found.push(join(folder, name));
    }
  } catch {
    return [];
  }
  return [...found, ...found.flatMap((one) => foldersBelow(one, depth - 1, left))];
}
