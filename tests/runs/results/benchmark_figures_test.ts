import assert from "node:assert/strict";
import type { Outcome } from "../../../lib/jobs/model/job.ts";
import { benchmarkFigures } from "../../../lib/runs/results/benchmark_figures.ts";

const MB = 2 ** 20;

function outcomeOf(walls: number[], samples: [number, number][] = []): Outcome {
  return {
    exit_code: 0,
    signal: null,
    timed_out: false,
    cancelled: false,
    error: null,
    failed_step: null,
    ended_at: 0,
    elapsed_seconds: 0,
    stopped: 0,
    samples,
    runs: walls.map((wall) => ({
      wall_seconds: wall,
      user_seconds: wall / 2,
      system_seconds: wall / 4,
      peak_rss_bytes: 10 * MB,
    })),
  };
}

Deno.test("the warm-up does not count", () => {
  const figures = benchmarkFigures(outcomeOf([100, 1, 2, 6]), true);
  assert.equal(figures.runs, 3);
  assert.deepEqual(figures.wall_time_statistics, {
    min: 1,
    median: 2,
    max: 6,
    mean: 3,
    standard_deviation: 2.645751,
  });
  assert.equal(figures.wall_time_seconds, 2);
  assert.equal(figures.user_time_seconds, 1);
  assert.equal(figures.system_time_seconds, 0.5);
});

Deno.test("a warm-up after which nothing ran is all there is to show", () => {
  assert.equal(benchmarkFigures(outcomeOf([100]), true).wall_time_seconds, 100);
});

Deno.test("the memory profile has at most 200 points, its highest among them", () => {
  const samples = Array.from({ length: 390 }, (_, i): [number, number] => [i / 100, i * MB]);
  const profile = benchmarkFigures(outcomeOf([1, 4], samples), true)
    .memory_profile as [number, number][];
  assert.ok(profile.length <= 200 && profile.length > 100);
  assert.deepEqual(profile.at(-1), [3.89, 389]);
});

Deno.test("the peak is that of the runs that count", () => {
  const outcome = outcomeOf([1, 1, 1]);
  outcome.runs[0]!.peak_rss_bytes = 900 * MB;
  outcome.runs[1]!.peak_rss_bytes = 30 * MB;
  assert.equal(benchmarkFigures(outcome, true).peak_rss_mb, 30);
  assert.equal(benchmarkFigures(outcome, false).peak_rss_mb, 900);
});
