/** What a full load run measured, as `results.json` holds it. */
export interface LoadResults {
  /** Of the machine over the minute before: much of it, and the figures say little. */
  load_average: number;
  servers: number;
  /** Of all servers together. */
  jobs: number;
  /** Jobs that did not answer what their script printed. */
  wrong: number;
  /** Jobs that are listed although all were answered within their calls. */
  left_over: number;
  ours_per_second: number;
  xargs_per_second: number;
  /** The `-P` of `xargs`, and the most jobs at once of the home. */
  parallel: number;
  /** Our throughput as a multiple of that of `xargs`. */
  ratio: number;
  /** Of the server that took most. */
  peak_server_mb: number;
  /** What 1,000 queued jobs take in their server and launcher. */
  queued_memory_mb: number;
}

const FILE = new URL("results.json", import.meta.url);

export async function writeLoadResults(results: LoadResults): Promise<void> {
  await Deno.writeTextFile(FILE, JSON.stringify(results, null, 2) + "\n");
}
