import type { ChaosResults } from "../chaos/results.ts";
import type { LoadResults } from "../load/results.ts";
import type { Throughput } from "../load/throughput.ts";

/** What is done in a chaos run, as people say it. */
const DONE: Record<string, string> = {
  server: "a server was killed (SIGKILL)",
  terminated: "a server was told to end (SIGTERM)",
  closed: "a server's input was closed",
  launcher: "a launcher was killed",
  supervisor: "a job's supervisor was killed",
  script: "a script, or a process that it had started, was killed",
  host: "a warm host was killed",
  stopped: "a job's supervisor was stopped (SIGSTOP)",
  folder: "a job's folder was removed",
  read_only: "the home was read-only for a fraction of a second",
  all: "everything was killed at once, as when the machine goes down",
};
const FOUND: Record<string, string> = {
  lost: "jobs lost",
  wrong: "jobs that are not as their script says",
  orphans: "processes left running",
  leftovers: "files left behind",
  handles: "locks and descriptors left open",
  lost_bytes: "bytes lost of what scripts had printed",
  worst_bytes:
    "bytes lost of a job's output when its launcher and supervisor were both killed, at most",
};

/** The rows of the table of what was tried to break the program. */
export function trialRows(chaos: ChaosResults, load: LoadResults): string[][] {
  return [
    ...titled(`chaos, seed ${chaos.seed}, ${chaos.seconds} s`, chaosRows(chaos)),
    ...titled(`load, load average before: ${load.load_average}`, loadRows(load)),
  ];
}

function chaosRows({ jobs, faults, at_steps, left_at_steps, found }: ChaosResults): string[][] {
  const atSteps = Object.values(at_steps).reduce((sum, count) => sum + count, 0);
  return [
    ["jobs of 12 kinds were started", `${jobs}`],
    ...Object.entries(faults).map(([fault, times]) => [DONE[fault]!, `${times}`]),
    ["of these, just when a job's hand-over had made its next file", `${atSteps}`],
    ["jobs were left between two steps of their hand-over", `${left_at_steps}`],
    ...Object.entries(found).map(([what, count]) => [`**found: ${FOUND[what]}**`, `**${count}**`]),
  ];
}

function loadRows(load: LoadResults): string[][] {
  return [
    ...throughputRows("warm", load.warm, load, "0.9"),
    ...throughputRows("cold", load.cold, load, "0.75"),
    ["what 1,000 queued jobs take (goal: below 50 MB)", `${load.queued_memory_mb} MB`],
  ];
}

function throughputRows(
  mode: string,
  one: Throughput,
  { servers, parallel }: LoadResults,
  goal: string,
): string[][] {
  return [
    [`short jobs were run by ${servers} servers, ${mode}, each within its call`, `${one.jobs}`],
    ["**found: jobs lost or wrong, or still listed**", `**${one.wrong + one.left_over}**`],
    ["jobs a second", `${one.ours_per_second}`],
    [
      `the same scripts a second by \`xargs -P ${parallel}\`, in turn`,
      `${one.xargs_per_second}`,
    ],
    [`our throughput beside that (goal: at least ${goal} ×)`, `${one.ratio} ×`],
    ["the most memory that a server took", `${one.peak_server_mb} MB`],
  ];
}

/** Rows with a title before the first. */
function titled(title: string, rows: string[][]): string[][] {
  return rows.map((row, index) => [index === 0 ? title : "", ...row]);
}
