import type { ToolAnswer } from "./define_tool.ts";
import { joinNotes } from "./join_notes.ts";
import { showPictures } from "./pictures.ts";

/** An answer with the pictures of the run whose result it holds. */
export async function withPictures(
  json: Record<string, unknown>,
  result: unknown,
  artifacts: string | undefined,
): Promise<ToolAnswer> {
  const taken = new TextEncoder().encode(JSON.stringify(json)).length;
  const { blocks, note } = await showPictures(result, artifacts, taken);
  return { json: joinNotes(json, note), blocks };
}
