import { join, matchesGlob } from "node:path";
import { ifThere, statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { tooLarge } from "../../jobs/ray/send_files.ts";
import { MOST_PACKAGE_BYTES } from "../../jobs/ray/ray_api.ts";
import type { ZipEntry } from "../../jobs/ray/stored_zip.ts";

/** What is sent of a folder when nobody names any: code, and no data, keys or settings. */
const CODE = ["**/*.py"];
/** Repositories, caches, environments: nobody means them. */
const LEFT_OUT = new Set([
  ".git",
  ".hg",
  ".svn",
  "__pycache__",
  "node_modules",
  "site-packages",
  "venv",
  "env",
]);
const LEFT_OUT_SUFFIX = /\.(?:pyc|egg-info)$/;
/** So many entries are looked at: a folder may hold a million. */
const LOOKED_AT = 50_000;

/**
 * The files of a folder that a run on a cluster is sent, sorted.
 *
 * @param include patterns relative to the folder, such as `data/*.csv`; hidden files only by name
 * @param always a file or folder inside it that is sent in any case
 * @throws UserError when they are more than Ray takes, or a pattern has nothing
 */
export function collectFiles(
  folder: string,
  include: string[] = CODE,
  always?: string,
): ZipEntry[] {
  const names = new Set<string>();
  const left = { entries: LOOKED_AT, folder };
  const used = new Set<string>();
  for (const name of walk(folder, "", left)) {
    const matching = include.filter((pattern) => matches(name, pattern));
    for (const pattern of matching) used.add(pattern);
    const isAlways = name === always || (always !== undefined && name.startsWith(`${always}/`));
    if (matching.length > 0 || isAlways) names.add(name);
  }
  const unused = include === CODE ? [] : include.filter((pattern) => !used.has(pattern));
  if (unused.length > 0) {
    throw new UserError(
      `Cannot send what ray.include names: ${folder} has no file that matches ${
        unused.join(", ")
      }. ` +
        "Patterns are relative to that folder, such as data/*.csv, models/** or config.json.",
    );
  }
  return read(folder, [...names].sort());
}

function matches(name: string, pattern: string): boolean {
  const isHidden = name.split("/").some((part) => part.startsWith("."));
  const namesHidden = pattern.split("/").some((part) => part.startsWith("."));
  return (!isHidden || namesHidden) && matchesGlob(name, pattern);
}

function* walk(
  folder: string,
  prefix: string,
  left: { entries: number; folder: string },
): Generator<string> {
  for (const { name, isFile, isDirectory, isSymlink } of entriesOf(join(folder, prefix))) {
    if (left.entries-- <= 0) {
      throw new UserError(
        `Cannot send files of ${left.folder}: it holds more than ${LOOKED_AT} files and folders. Run the ` +
          "script in a folder of its own, or name one that the cluster sees in ray.shared_directory.",
      );
    }
    if (LEFT_OUT.has(name) || LEFT_OUT_SUFFIX.test(name)) continue;
    const path = prefix + name;
    const isLinkToFile = isSymlink && statIfThere(join(folder, path))?.isFile;
    if (isFile || isLinkToFile) yield path;
    else if (isDirectory && !isEnvironment(join(folder, path))) {
      yield* walk(folder, `${path}/`, left);
    }
  }
}

/** None of a folder that has just been removed. */
function entriesOf(folder: string): Deno.DirEntry[] {
  return ifThere(() => [...Deno.readDirSync(folder)]) ?? [];
}

function isEnvironment(folder: string): boolean {
  return statIfThere(join(folder, "pyvenv.cfg")) !== undefined;
}

function read(folder: string, names: string[]): ZipEntry[] {
  let bytes = 0;
  for (const name of names) bytes += statIfThere(join(folder, name))?.size ?? 0;
  if (bytes > MOST_PACKAGE_BYTES) throw tooLarge(bytes);
  return names.flatMap((name) => {
    const content = ifThere(() => Deno.readFileSync(join(folder, name)));
    return content === undefined ? [] : [{ name, content }];
  });
}
