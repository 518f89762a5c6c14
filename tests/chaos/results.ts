/** What a full chaos run did and found, as `results.json` holds it. */
export interface ChaosResults {
  seed: number;
  rounds: number;
  seconds: number;
  jobs: number;
  /** How many of those whose files are left were forked by a warm host. */
  warm?: number;
  kills: number;
  /** How often each was done: `server`, `launcher`, … */
  faults: Record<string, number>;
  /** How many of the kills came just when a job's hand-over had made a file. */
  at_steps: Record<string, number>;
  /** Jobs as a killed server leaves them after each step of the hand-over. */
  left_at_steps: number;
  /** `lost`, `wrong`, `orphans`, `leftovers`, `handles`: how many of each; `lost_bytes`, `worst_bytes`. */
  found: Record<string, number>;
}

const FILE = new URL("results.json", import.meta.url);

export async function writeChaosResults(results: ChaosResults): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
}
