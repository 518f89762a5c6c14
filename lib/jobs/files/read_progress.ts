import { readForeignFile } from "../../base/read_foreign_file.ts";
import type { Progress } from "../model/job.ts";
import { parseObject } from "./control_file.ts";

const PROGRESS_BYTES = 64 << 10;

/** What a script has reported; whatever else it may have put there is no progress. */
export function readProgress(path: string): Progress | null {
  const found = parseObject<Partial<Progress>>(readForeignFile(path, PROGRESS_BYTES));
  if (typeof found?.current !== "number" || !Number.isFinite(found.current)) return null;
  return {
    current: found.current,
    total: Number.isFinite(found.total) ? found.total! : null,
    message: typeof found.message === "string" ? found.message : null,
  };
}
