import { join } from "node:path";
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

/** The files of a job's artifacts folder, by name, at most 100; subfolders included, links not. */
export async function listArtifacts(folder: string, jobId: string): Promise<Artifact[]> {
  return await Promise.all(
    walk(folder, "").map(async ({ name, size }) => ({
      name,
      mime_type: await mimeTypeOf(name),
      size_bytes: size,
      uri: `job-artifact://${jobId}/${name.split("/").map(encodeURIComponent).join("/")}`,
      path: join(folder, name),
    })),
  );
}

function walk(folder: string, prefix: string): { name: string; size: number }[] {
  const found: { name: string; size: number }[] = [];
  for (const entry of entries(join(folder, prefix))) {
    const name = prefix + entry.name;
    if (entry.name === "__pycache__" || found.length >= AT_MOST) continue;
    if (entry.isDirectory) found.push(...walk(folder, `${name}/`));
    else if (entry.isFile) found.push({ name, size: Deno.statSync(join(folder, name)).size });
  }
  return found.slice(0, AT_MOST);
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The real path of an artifact; `undefined` when it is not there or its name leads out of the folder. */
export function findArtifact(folder: string, name: string): string | undefined {
  try {
    const root = Deno.realPathSync(folder);
    const path = Deno.realPathSync(join(root, name));
    return path.startsWith(`${root}/`) && Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}
