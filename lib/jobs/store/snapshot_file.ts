import { join } from "node:path";
import { ifThere, statIfThere } from "../../base/private_files.ts";
import { readWhereItIs } from "../../base/read_foreign_file.ts";
import type { Home } from "../files/home.ts";

/** Marks `jobs.json` as ours, so that it is never taken for an older server's data. */
export const SNAPSHOT_MARK = "python-mcp snapshot; the truth is jobs.db";

export function snapshotPath(home: Home): string {
  return join(home.meta, "jobs.json");
}

/** Whether a file is our snapshot, which says so in its first field; `undefined`: there is no file. */
export function isSnapshot(path: string): boolean | undefined {
  // What is no file is no older server's: it is replaced.
  if (!statIfThere(path)?.isFile) return undefined;
  // Another server may just have imported the file, which moves it.
  const start = ifThere(() => readWhereItIs(path, 200)?.bytes);
  if (!start) return undefined;
  const text = new TextDecoder().decode(start).replaceAll(/\s+/g, "");
  return text.startsWith(`{"generator":${JSON.stringify(SNAPSHOT_MARK)}`.replaceAll(/\s+/g, ""));
}
