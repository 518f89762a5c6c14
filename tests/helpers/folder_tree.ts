import { dirname, join } from "node:path";

/** Files by their path below a folder. */
export type Files = Record<string, string>;

/** Writes files below a folder, and the folders that they lie in. */
export function writeFiles(folder: string, files: Files): string {
  for (const [name, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(folder, name)), { recursive: true });
    Deno.writeTextFileSync(join(folder, name), text);
  }
  return folder;
}

/** The paths of all files below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(folder, name)) : [join(folder, name)]
  ).sort();
}
