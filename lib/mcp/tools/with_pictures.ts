import type { ToolAnswer } from "./define_tool.ts";
import { joinNotes } from "./join_notes.ts";

/** An answer with the pictures of the run whose result it holds. */
export async function withPictures(
  json: Record<string, unknown>,
  result: unknown,
  artifacts: string | undefined,
): Promise<ToolAnswer> {
  if (!mayHavePictures(result)) return { json, blocks: [] };
  const { showPictures } = await import("./pictures.ts");
  const taken = new TextEncoder().encode(JSON.stringify(json)).length;
  const { blocks, note } = await showPictures(result, artifacts, taken);
  return { json: joinNotes(json, note), blocks };
}

/** Most runs have none, and need nothing that makes any. */
function mayHavePictures(result: unknown): boolean {
  return typeof result === "object" && result !== null &&
    ("artifacts" in result || "memory_profile" in result);
}
