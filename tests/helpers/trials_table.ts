import type { ChaosResults } from "../chaos/results.ts";
import type { LoadResults } from "../load/results.ts";

/** What is done in a chaos run, as people say it. */
const DONE: Record<string, string> = {
  server: "a server was killed (SIGKILL)",
  terminated: "a server was told to end (SIGTERM)",
  closed: "a server's input was closed",
  launcher: "a launcher was killed",
  supervisor: "a job's supervisor was killed",
  script: "a script, or a process that it had started, was killed",
  all: "everything was killed at once, as when the machine goes down",
};
const FOUND: Record<string, string> = {
  lost: "jobs lost",
  wrong: "jobs that are not as their script says",
  orphans: "processes left running",
  leftovers: "files left behind",
  handles: "locks and descriptors left open",
};

/** The rows of the table of what was tried to break the program. */
export function trialRows(chaos: ChaosResults, load: LoadResults): string[][] {
  const atSteps = Object.values(chaos.at_steps).reduce((sum, count) => sum + count, 0);
  const steps = Object.keys(chaos.at_steps).length;
  const run = `chaos, seed ${chaos.seed}, ${chaos.seconds} s`;
  return [
    [run, "jobs of 12 kinds were started", String(chaos.jobs)],
    ...Object.entries(chaos.faults).map(([fault, times]) => [run, DONE[fault]!, String(times)]),
    [run, `of these, just when a job's hand-over had made one of its ${steps} files`, `${atSteps}`],
    [run, "jobs were left between two steps of their hand-over", String(chaos.left_at_steps)],
    ...Object.entries(chaos.found).map((
      [what, count],
    ) => [run, `**found: ${FOUND[what]}**`, `**${count}**`]),
    ...loadRows(load),
  ];
}

function loadRows(load: LoadResults): string[][] {
  const run = `load, ${load.servers} servers`;
  const { ours_per_second, xargs_per_second, parallel } = load;
  return [
    [run, "short jobs were run, each within its call", String(load.jobs)],
    [run, "**found: jobs lost or wrong, or still listed**", `**${load.wrong + load.left_over}**`],
    [run, "jobs a second", String(ours_per_second)],
    [run, `the same scripts a second by \`xargs -P ${parallel}\`, in turn`, `${xargs_per_second}`],
    [run, "our throughput beside that (goal: at least 0.8 ×)", `${load.ratio} ×`],
    [run, "the most memory that a server took", `${load.peak_server_mb} MB`],
    [run, "what 1,000 queued jobs take (goal: below 50 MB)", `${load.queued_memory_mb} MB`],
  ];
}
