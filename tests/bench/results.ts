import type { Figure } from "./compare.ts";

/** What the bench measured, as `results.json` holds it. */
export interface Results {
  figures: Figure[];
  /** How long after a job's end `wait_seconds` answers on another server. */
  wait_ms?: { value: number; goal: number };
  memory_growth_mb?: { value: number; goal: number };
}

const FILE = new URL("results.json", import.meta.url);

export async function readResults(): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

export async function writeResults(results: Results): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
}
