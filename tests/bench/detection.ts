import { detectImports } from "../../lib/python/source/detect_imports.ts";
import { longScript } from "../helpers/long_script.ts";
import type { Amount } from "./results.ts";
import { median, rounded } from "./compare.ts";

const RUNS = 21;

/** Milliseconds in which the imports of a script of 20,000 lines are found, the median of some runs. */
export async function benchDetection(): Promise<Amount> {
  const source = longScript();
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const began = performance.now();
    const { dependencies } = await detectImports(source);
    times.push(performance.now() - began);
    if (dependencies.join() !== "pyyaml") throw new Error(`found ${dependencies}`);
  }
  // The first one loads the table and the parser.
  const value = rounded(median(times.slice(1)));
  return {
    what: "imports found in a script of 20,000 lines",
    since: "its text",
    value,
    unit: "ms",
    goal: 100,
  };
}
