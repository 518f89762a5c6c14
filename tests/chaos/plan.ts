import { Random } from "./random.ts";

/** How a script behaves; see `script.py`. */
export const KINDS = [
  "quick",
  "long",
  "plain",
  "family",
  "stubborn",
  "stopped",
  "pool",
  "values",
  "input",
  "limit",
  "much",
  "too_much",
] as const;
export type Kind = typeof KINDS[number];

/**
 * What is done to the house. `closed`: a server's input ends; `stopped`: a supervisor is (SIGSTOP);
 * `folder`: a job's is removed; `read_only`: the home is for a while; `all`: everything is killed at once.
 */
export const FAULTS = [
  "server",
  "terminated",
  "closed",
  "launcher",
  "supervisor",
  "script",
  "host",
  "stopped",
  "folder",
  "read_only",
  "all",
] as const;
export type Fault = typeof FAULTS[number];

/** The files of a job in the order in which its hand-over makes them. */
export const STEPS = [
  "artifacts",
  "outcome.json.new",
  "lock",
  "spec.json",
  "accepted",
  "started",
  "stdout.log",
  "outcome.json",
] as const;

export interface PlannedJob {
  kind: Kind;
  exitCode: number;
  /** As a call that waits for a moment. */
  inCall: boolean;
  /** Which server, of those that live, as a fraction. */
  server: number;
}

/** One round: some jobs, then a fault, perhaps a cancel. Fractions choose among what is there then. */
export interface Round {
  jobs: PlannedJob[];
  fault: Fault;
  victim: number;
  /** The step of a job's hand-over at which the fault comes; else after so many milliseconds. */
  at: typeof STEPS[number] | number;
  /** Which job is cancelled, if any. */
  cancel?: number;
  pause: number;
  /** It begins once a warm host is there, or has not come for a while. */
  withHost: boolean;
}

/** What happens in a round depends on the seed and the round alone, not on how fast the machine is. */
export function planRound(seed: number, round: number): Round {
  const random = new Random(seed * 10_007 + round);
  for (let n = 0; n < 8; n++) random.next(); // neighbouring seeds begin alike
  const jobs = Array.from({ length: 1 + random.below(4) }, () => ({
    kind: random.below(3) === 0 ? "quick" as const : random.pick(KINDS),
    exitCode: random.below(4) === 0 ? 3 : 0,
    inCall: random.below(3) === 0,
    server: random.next(),
  }));
  // Rare: it ends all that runs, so that nothing else would be seen.
  const fault = random.below(20) === 0 ? "all" : random.pick(FAULTS.slice(0, -1));
  return {
    jobs,
    fault,
    victim: random.next(),
    at: random.below(2) === 0 ? random.pick(STEPS) : random.below(60),
    cancel: random.below(3) === 0 ? random.next() : undefined,
    pause: 100 + random.below(150),
    withHost: random.below(2) === 0,
  };
}
