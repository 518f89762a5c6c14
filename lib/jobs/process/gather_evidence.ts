import type { JobFiles } from "../files/job_files.ts";
import type { Owner } from "../files/owner.ts";
import type { JobRow } from "../model/job.ts";
import type { Evidence } from "../model/next_step.ts";
import type { HandOver } from "./hand_over.ts";

export interface Witnesses {
  owner: Owner;
  handOver: HandOver;
}

/**
 * What files, locks and this server's own memory say of a job that has not ended.
 *
 * @param holdsLock Whoever asks holds the job's lock.
 */
export function gatherEvidence(
  row: JobRow,
  files: JobFiles,
  { owner, handOver }: Witnesses,
  { mayStart, holdsLock }: { mayStart: boolean; holdsLock: boolean },
): Evidence {
  // In this order: a supervisor that begins and ends in between is seen to have ended.
  const hasStarted = files.hasStarted;
  const isLocked = !holdsLock && files.isLocked;
  // A script may write an end of its own: one counts once whoever runs the script has let go of the job.
  const isRun = row.kind === "process" && hasStarted && isLocked;
  const hasEnded = row.kind === "task"
    ? files.taskEnd !== undefined
    : !isRun && files.outcome !== undefined;
  // Where these decide, the others need not be looked for.
  const isOpen = !hasStarted && !hasEnded;
  const spec = isOpen ? files.spec : undefined;
  return {
    kind: row.kind,
    ownerLives: owner.lives(row.owner),
    isListed: row.listed,
    isMarkedRunning: row.status === "running",
    hasFolder: files.isThere,
    hasSpec: spec !== undefined && (row.kind !== "ray" || spec.ray !== undefined),
    needsLostValues: spec?.has_secrets ?? false,
    cancelAsked: files.cancelAsked,
    hasStarted,
    isLocked,
    hasEnded,
    isWatched: !hasStarted || !isLocked || isWatched(row, files, owner, handOver),
    willStart: isOpen && !isLocked && willStart(row, files, owner, handOver),
    mayStart,
  };
}

function isWatched(row: JobRow, files: JobFiles, owner: Owner, handOver: HandOver): boolean {
  const launcher = files.acceptedBy;
  if (launcher === undefined || handOver.isCurrent(launcher) || handOver.watches(row.id)) {
    return true;
  }
  return owner.lives(launcher) || (row.owner !== owner.id && owner.lives(row.owner));
}

function willStart(row: JobRow, files: JobFiles, owner: Owner, handOver: HandOver): boolean {
  if (handOver.has(row.id)) return true;
  if (row.owner !== owner.id && owner.lives(row.owner)) return true;
  const launcher = files.acceptedBy;
  // What this server's own launcher has is known here.
  return launcher !== undefined && !handOver.isCurrent(launcher) && owner.lives(launcher);
}
