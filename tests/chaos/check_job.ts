import { createHash } from "node:crypto";
import type { Started } from "./house.ts";

/** What is kept of a stream: `PYTHON_MCP_MAX_OUTPUT_MB` of the servers. */
export const MOST_BYTES = 4 << 20;

/** A job as a server tells it. */
export interface Job {
  id: string;
  label: string | null;
  status: string;
  error: string | null;
  result: Record<string, unknown> | null;
}

/** What a script wrote about itself. */
export interface Truth {
  starts: number;
  /** How many bytes are in its output for certain. */
  printed: number;
  out?: string;
  end?: number;
  has: Record<string, string>;
}

export function readTruth(text: string): Truth {
  const truth: Truth = { starts: 0, printed: 0, has: {} };
  for (const line of text.split("\n")) {
    const [word, first, second] = line.split(" ");
    if (word === "start") truth.starts++;
    else if (word === "printed") truth.printed = Number(first);
    else if (word === "out") truth.out = first;
    else if (word === "end") truth.end = Number(first);
    else if (word === "has") truth.has[first!] = second!;
  }
  return truth;
}

/**
 * What is not as the script says; `undefined` when all is well.
 *
 * @param job the job, or what a call answered in the form of one
 * @param stdout what is in the job's log; undefined where it went with the answered call
 */
export function contradictionOf(
  one: Started,
  job: Pick<Job, "status" | "error" | "result">,
  truth: Truth,
  log: Uint8Array | undefined,
): string | undefined {
  const stdout = one.hit.has("folder") ? undefined : log;
  const { status, error, result } = job;
  // Its end went with its folder, unless that was known before; one that was removed by half, such as when
  // the home could not be written to any more, says nothing of its start either.
  const goesWithFolder = one.hit.has("home")
    ? /folder was removed|ended before it could/
    : /folder was removed/;
  if (one.hit.has("folder") && status === "failed" && goesWithFolder.test(error ?? "")) return;
  if (truth.starts > 1) return `started ${truth.starts} times`;
  if (one.kind in { values: 1, input: 1 } && truth.starts === 1) {
    const reached = truth.has[one.kind === "values" ? "CHAOS" : "stdin"];
    // A script that was killed may not have come to look.
    if (reached !== one.tag && !(reached === undefined && one.hit.size > 0)) {
      return `its ${one.kind} did not reach it: ${reached}`;
    }
  }
  const lost = lostBytes(truth, stdout);
  if (lost > 0 && !isWorstCase(one)) {
    return `${lost} of ${truth.printed} printed bytes are not kept`;
  }
  if (status === "cancelled") return one.mayBeCancelled ? undefined : "cancelled, but nobody asked";
  if (status === "completed") {
    if (truth.end !== 0) return `completed, but the script says ${truth.end}`;
    return outputOf(truth, stdout);
  }
  if (status !== "failed") return `its status is ${status}`;
  const code = result?.exit_code;
  if (truth.end !== undefined && truth.end !== 0 && code === truth.end) {
    return outputOf(truth, stdout);
  }
  if (fits(one, truth, error ?? "")) return undefined;
  const known = `exit code ${code}, started ${truth.starts} times, hit: ${[...one.hit].join(", ")}`;
  return `failed without reason: ${error} (${known})`;
}

function outputOf(truth: Truth, stdout: Uint8Array | undefined): string | undefined {
  if (stdout === undefined) return undefined;
  const out = createHash("sha1").update(stdout).digest("hex");
  return out === truth.out
    ? undefined
    : `its output (${stdout.length} bytes) is not what it printed`;
}

/** Whether something was done to the job that explains the error. */
function fits(one: Started, truth: Truth, error: string): boolean {
  const { kind, hit, id } = one;
  if (/supervisor was killed or the machine went down/.test(error)) return hit.has("supervisor");
  if (/SIGKILL/.test(error)) return hit.has("script");
  // On a busy machine, its time may be up before it has come to say that it started.
  if (/time limit/.test(error)) return kind === "limit" && truth.starts <= 1;
  if (/exceeded the limit of 4 MB/.test(error)) return kind === "too_much" && truth.starts === 1;
  if (truth.starts > 0) return false;
  if (/was not started in|could not be run: .*not permitted/.test(error)) return hit.has("home");
  if (/kept nowhere: start it again/.test(error)) return kind === "values" || kind === "input";
  // Its caller had no answer yet.
  return /ended before it (could|was made)/.test(error) && id === undefined;
}

/** How many bytes of what was printed are not in the job's log. */
export function lostBytes(truth: Truth, stdout: Uint8Array | undefined): number {
  return stdout ? Math.max(0, Math.min(truth.printed, MOST_BYTES) - stdout.length) : 0;
}

/** Only when nobody is left who has the script's output open, something of it may be lost. */
export function isWorstCase({ hit }: Started): boolean {
  return hit.has("supervisor") && hit.has("launcher");
}
