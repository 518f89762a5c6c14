import type { JobFiles } from "../files/job_files.ts";
import type { StoredSpec } from "../files/job_record.ts";
import type { ToldCell } from "../files/messages.ts";

/** A run while its caller waits. */
export interface Call {
  id: string;
  createdAt: number;
  files: JobFiles;
  /** What was written down of it, where it is a process. */
  spec?: StoredSpec;
  /** Fulfilled when nothing of it runs any more. */
  ended: Promise<void>;
  /** What its session has told of its end, where it is a cell. */
  told?: ToldCell;
}
