import type { Figure } from "./compare.ts";

/** A figure that stands for itself. */
export interface Amount {
  what: string;
  /** What it is counted from. */
  since: string;
  value: number;
  unit: "ms" | "MB";
  goal: number;
}

/** What the bench measured, as `results.json` holds it. */
export interface Results {
  figures: Figure[];
  amounts: Amount[];
}

const FILE = new URL("results.json", import.meta.url);

export async function readResults(): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

export async function writeResults(results: Results): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
}
