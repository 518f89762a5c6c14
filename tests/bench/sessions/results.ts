/** What was compared, and what came of it on both sides. */
export interface SessionRow {
  what: string;
  ours: string;
  theirs: string;
}

export async function readSessionRows(): Promise<SessionRow[]> {
  return JSON.parse(await Deno.readTextFile(new URL("results.json", import.meta.url)));
}
