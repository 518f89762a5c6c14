import type { JobRow } from "../model/job.ts";

/** What runs jobs somewhere: as processes of this machine, or on a cluster. */
export interface Runner {
  /** Whether the job is being made, or waits for its start, as far as this server knows. */
  isQueued(id: string): boolean;
  /** Lets a call that overran its budget go on among the background jobs. */
  moveToBackground(id: string): Promise<void>;
  /** Asks a job to end; asked again until it has. */
  askToCancel(row: JobRow): Promise<void>;
}
