import { extname, join } from "node:path";

/** A file that a script left in its `PYTHON_MCP_ARTIFACTS` folder. */
export interface Artifact {
  name: string;
  uri: string;
  mime_type: string;
  /** Bytes. */
  size: number;
}

const AT_MOST = 100;

const MIME_TYPES: Record<string, string> = {
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".html": "text/html",
  ".ipynb": "application/x-ipynb+json",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".json": "application/json",
  ".md": "text/markdown",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".webp": "image/webp",
  ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ".zip": "application/zip",
};

export function mimeTypeOf(name: string): string {
  return MIME_TYPES[extname(name).toLowerCase()] ?? "application/octet-stream";
}

/** The files of a job's artifacts folder, by name, at most 100; subfolders included, links not. */
export function listArtifacts(folder: string, jobId: string): Artifact[] {
  return walk(folder, "")
    .map(({ name, size }) => ({
      name,
      uri: `job-artifact://${jobId}/${name.split("/").map(encodeURIComponent).join("/")}`,
      mime_type: mimeTypeOf(name),
      size,
    }));
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
