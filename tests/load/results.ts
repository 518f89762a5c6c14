import type { Throughput } from "./throughput.ts";

/** What a full load run measured, as `results.json` holds it. */
export interface LoadResults {
  /** Of the machine over the minute before: much of it, and the figures say little. */
  load_average: number;
  servers: number;
  /** The `-P` of `xargs`, and the most jobs at once of the home. */
  parallel: number;
  warm: Throughput;
  cold: Throughput;
  /** What 1,000 queued jobs take in their server and launcher. */
  queued_memory_mb: number;
}

const FILE = new URL("results.json", import.meta.url);

export async function writeLoadResults(results: LoadResults): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
}
