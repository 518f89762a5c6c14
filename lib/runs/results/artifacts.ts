import { basename, dirname, join } from "node:path";
import { lookAt } from "../../base/private_files.ts";
import { readWhereItIs } from "../../base/read_foreign_file.ts";
import { mimeTypeOf } from "./mime_type.ts";

/** A file that a script left in its `PYTHON_MCP_ARTIFACTS` folder. */
export interface Artifact {
  name: string;
  mime_type: string;
  size_bytes: number;
  uri: string;
  /** Where it is on this machine. */
  path: string;
}

const AT_MOST = 100;
/** So many entries are looked at: a folder may hold a million. */
const LOOKED_AT = 10_000;
/** What a folder with few entries, or none, is no larger than. */
const SMALL_FOLDER = 4096;

/**
 * The files of a job's artifacts folder, by name, at most 100; subfolders included, links not. A script
 * has made all of it: what cannot be read is left out, whatever it is.
 */
export async function listArtifacts(folder: string, jobId: string): Promise<Artifact[]> {
  if (!isOwnFolder(folder) || isEmpty(folder)) return [];
  const found: { name: string; size: number }[] = [];
  await walk(folder, "", found, { entries: LOOKED_AT });
  return await Promise.all(found.map(async ({ name, size }) => ({
    name,
    mime_type: await mimeTypeOf(name),
    size_bytes: size,
    uri: `job-artifact://${jobId}/${name.split("/").map(encodeURIComponent).join("/")}`,
    path: join(folder, name),
  })));
}

async function walk(
  folder: string,
  prefix: string,
  found: { name: string; size: number }[],
  left: { entries: number },
): Promise<void> {
  for (const { name: own, isDirectory, isFile } of await entries(join(folder, prefix), left)) {
    const name = prefix + own;
    if (own === "__pycache__" || found.length >= AT_MOST) continue;
    if (isDirectory) await walk(folder, `${name}/`, found, left);
    else if (isFile) {
      // A name that is not UTF-8 comes back as another, which is not there.
      const info = await Deno.lstat(join(folder, name)).catch(() => undefined);
      if (info?.isFile) found.push({ name, size: info.size });
    }
  }
}

async function entries(folder: string, left: { entries: number }): Promise<Deno.DirEntry[]> {
  const found: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (left.entries-- <= 0) break;
      found.push(entry);
    }
  } catch {
    // not there, not readable, too long a path: what was found counts
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The real path of an artifact; `undefined` when it is not there or its name leads out of the folder. */
export async function findArtifact(folder: string, name: string): Promise<string | undefined> {
  try {
    if (!isOwnFolder(folder)) return undefined;
    const root = await Deno.realPath(folder);
    const path = await Deno.realPath(join(root, name));
    return path.startsWith(`${root}/`) && (await Deno.lstat(path)).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The start of a file in a folder that a script fills, which may put links there at any moment.
 * `undefined` where there is none, and where it lies elsewhere.
 */
export function readOwnFile(
  folder: string,
  name: string,
  mostBytes: number,
): Uint8Array | undefined {
  try {
    const script = dirname(folder);
    // What is above these two is no script's.
    const own = join(Deno.realPathSync(dirname(script)), basename(script), basename(folder));
    const read = readWhereItIs(join(folder, name), mostBytes);
    return read?.realPath.startsWith(`${own}/`) ? read.bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Whether neither the folder nor the one around it was replaced by a link. */
function isOwnFolder(folder: string): boolean {
  return [dirname(folder), folder].every((path) => lookAt(path)?.isDirectory);
}

/**
 * Whether that is seen at once: to have another thread look takes longer than all else that is done for
 * the answer of a run without artifacts.
 */
function isEmpty(folder: string): boolean {
  try {
    return Deno.statSync(folder).size <= SMALL_FOLDER && [...Deno.readDirSync(folder)].length === 0;
  } catch {
    return false;
  }
}
