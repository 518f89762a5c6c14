import type { JobFiles } from "../files/job_files.ts";
import type { StoredSpec } from "../files/job_record.ts";
import type { ToldCell } from "../files/messages.ts";
import type { JobEnd, Outcome } from "../model/job.ts";

/** What a server knows of a run that it has started itself, and need not read. */
export interface Known {
  /** What its session has told of its end, where it is a cell. */
  cell?: ToldCell;
  spec?: StoredSpec;
}

/** Makes the result of a run out of its files. */
export type Describe = (
  files: JobFiles,
  outcome: Outcome,
  known?: Known,
) => Promise<Pick<JobEnd, "result" | "error">>;
