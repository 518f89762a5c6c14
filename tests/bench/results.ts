import type { Figure } from "./compare.ts";

/** What the bench measured, as `results.json` holds it. */
export interface Results {
  figures: Figure[];
  memory_growth_mb?: { value: number; goal: number };
}

export const RESULTS = new URL("results.json", import.meta.url);
