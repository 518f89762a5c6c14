import { join, relative } from "node:path";

/** What `deno info --json` says of a program, as far as it matters here. */
export interface Graph {
  modules: { kind?: string; specifier: string; local?: string; error?: string }[];
}

/** Files of `lib` that only the development of the program needs, such as what its bundle is made of. */
const DEVELOPMENT = /\/lib\/page\/(check\.json|view\/[^/]+\.js)$/;

/**
 * What would be missing in an executable: modules that do not load, files of the program that nothing
 * imports, and modules that look for files beside themselves, where an executable has none.
 *
 * @param root The folder of the program; its files are those in `lib`.
 */
export function findGaps(root: string, { modules }: Graph): string[] {
  const gaps = modules.filter(({ error }) => error !== undefined)
    .map(({ specifier, error }) => `${specifier} does not load: ${error}`);
  const imported = new Set(modules.map(({ local }) => local));
  for (const path of filesBelow(join(root, "lib"))) {
    if (!imported.has(path) && !path.endsWith(".ts") && !DEVELOPMENT.test(path)) {
      gaps.push(`${relative(root, path)} is imported by nothing`);
    }
  }
  for (const { kind, local } of modules) {
    if (kind !== "esm" || !local?.startsWith(root)) continue;
    if (/import\.meta\.(url|dirname|filename)/.test(Deno.readTextFileSync(local))) {
      gaps.push(`${relative(root, local)} looks for files beside itself`);
    }
  }
  return gaps;
}

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (name === "__pycache__") continue;
    if (isDirectory) yield* filesBelow(join(folder, name));
    else yield join(folder, name);
  }
}
