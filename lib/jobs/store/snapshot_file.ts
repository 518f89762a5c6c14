import { join } from "node:path";
import type { Home } from "../files/home.ts";

/** Marks `jobs.json` as ours, so that it is never taken for an older server's data. */
export const SNAPSHOT_MARK = "python-mcp snapshot; the truth is jobs.db";

export function snapshotPath(home: Home): string {
  return join(home.meta, "jobs.json");
}

/** Whether a file is our snapshot, which says so in its first field; `undefined`: there is no file. */
export function isSnapshot(path: string): boolean | undefined {
  const start = new Uint8Array(200);
  try {
    using file = Deno.openSync(path);
    file.readSync(start);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const text = new TextDecoder().decode(start).replaceAll(/\s+/g, "");
  return text.startsWith(`{"generator":${JSON.stringify(SNAPSHOT_MARK)}`.replaceAll(/\s+/g, ""));
}
