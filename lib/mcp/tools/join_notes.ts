/** An answer whose `note` says this too. */
export function joinNotes(
  json: Record<string, unknown>,
  note: string | undefined,
): Record<string, unknown> {
  if (note === undefined) return json;
  return { ...json, note: [json.note, note].filter((one) => one !== undefined).join(". ") };
}
