import type { Outcome } from "../jobs/job.ts";

/** Figures of a benchmark: seconds and MB (2^20 bytes). Only the script is measured, never uv. */
export function benchmarkFigures(outcome: Outcome): Record<string, unknown> {
  const wall = outcome.runs.map((run) => run.wall_seconds);
  const cpu = outcome.runs.map((run) => run.user_seconds + run.system_seconds);
  const peaks = outcome.runs.map((run) => run.peak_rss_bytes);
  const sampled = (outcome.samples ?? []).map(([, bytes]) => bytes);
  const figures: Record<string, unknown> = {
    wall_time_seconds: rounded(median(wall)),
    cpu_time_seconds: rounded(median(cpu)),
    peak_rss_mb: Math.round(Math.max(0, ...peaks, ...sampled) / 2 ** 20 * 100) / 100,
  };
  if (outcome.runs.length > 1) {
    figures.runs = outcome.runs.length;
    figures.wall_time_statistics = statistics(wall);
    figures.cpu_time_statistics = statistics(cpu);
  }
  return figures;
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
