import type { Home } from "./files/home.ts";
import type { Describe } from "./process/describe.ts";
import type { RunnersOptions } from "./runners.ts";

export interface JobManagerOptions extends Pick<RunnersOptions, "ray" | "requestOf"> {
  home: Home;
  /** Path of the Python (3.8 or later) that runs launcher and supervisors. */
  python: () => string;
  maxRunning: number;
  /** Bytes a stream. */
  maxOutputBytes: number;
  /** How long ended jobs stay. */
  keepDays: number;
  /** How long a cancel waits until nothing of the job runs; 30 by default. */
  cancelSeconds?: number;
  /** Called with each sweep, with the programs of the jobs that have not ended. */
  swept?: (programs: string[]) => Promise<void>;
  describe: Describe;
  log: (message: string) => void;
  /** Tells the user what they should know, such as a database that was damaged. */
  warn: (message: string) => void;
}
