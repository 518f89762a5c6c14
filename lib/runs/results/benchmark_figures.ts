import type { Outcome } from "../../jobs/model/job.ts";

const MB = 2 ** 20;
const MOST_POINTS = 200;

/**
 * Figures of a benchmark: seconds and MB (2^20 bytes). Only the script is measured, never uv, and no
 * warm-up run unless it is all there is.
 */
export function benchmarkFigures(outcome: Outcome, warmedUp: boolean): Record<string, unknown> {
  const runs = warmedUp && outcome.runs.length > 1 ? outcome.runs.slice(1) : outcome.runs;
  const wall = runs.map((run) => run.wall_seconds);
  const user = runs.map((run) => run.user_seconds);
  const system = runs.map((run) => run.system_seconds);
  const cpu = runs.map((run) => run.user_seconds + run.system_seconds);
  const profile = outcome.samples ?? [];
  const peaks = runs.map((run) => run.peak_rss_bytes);
  const figures: Record<string, unknown> = {
    wall_time_seconds: rounded(median(wall)),
    cpu_time_seconds: rounded(median(cpu)),
    user_time_seconds: rounded(median(user)),
    system_time_seconds: rounded(median(system)),
    peak_rss_mb: inMb(Math.max(0, ...peaks)),
  };
  if (profile.length > 1) figures.memory_profile = thinned(profile);
  if (runs.length > 1) {
    figures.runs = runs.length;
    figures.wall_time_statistics = statistics(wall);
    figures.cpu_time_statistics = statistics(cpu);
  }
  return figures;
}

/** `[seconds, mb]` of at most 200 points; of neighbours the largest stays. */
function thinned(samples: [number, number][]): [number, number][] {
  const step = Math.ceil(samples.length / MOST_POINTS);
  const points: [number, number][] = [];
  for (let at = 0; at < samples.length; at += step) {
    const [seconds, bytes] = samples.slice(at, at + step).reduce((a, b) => b[1] > a[1] ? b : a);
    points.push([seconds, inMb(bytes)]);
  }
  return points;
}

function inMb(bytes: number): number {
  return Math.round(bytes / MB * 100) / 100;
}

function statistics(values: number[]): Record<string, number> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    min: rounded(Math.min(...values)),
    median: rounded(median(values)),
    max: rounded(Math.max(...values)),
    mean: rounded(mean),
    standard_deviation: rounded(Math.sqrt(squares / (values.length - 1))),
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
