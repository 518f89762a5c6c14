import { JOB_FILES } from "./names.ts";

/**
 * What most runs leave, by the name that it has in a new folder, where it says nothing yet. The spec comes first:
 * see `emptyUsedFolder`.
 */
export const COMES_FROM: Record<string, string> = {
  [JOB_FILES.spec]: JOB_FILES.spec,
  [JOB_FILES.accepted]: JOB_FILES.accepted,
  [JOB_FILES.started]: JOB_FILES.nextStarted,
  [JOB_FILES.stdout]: JOB_FILES.stdout,
  [JOB_FILES.stderr]: JOB_FILES.stderr,
  [JOB_FILES.outcome]: JOB_FILES.nextOutcome,
  [JOB_FILES.exception]: JOB_FILES.nextException,
};

/** What becomes the file with the text of the script, where a run before has left one. */
export const NEXT_SOURCE = "source.ahead";

/** The room that is kept for `outcome.json`, so that a job can end on a full disk too. */
export const OUTCOME_ROOM = " ".repeat(4096);

/** Of a lock that nobody has written to yet. */
export const LOCK_CONTENT = ".";
