import { joinNotes } from "./join_notes.ts";

/** The most characters of JSON that an answer has. */
export const ANSWER_CHARACTERS = 45_000;
/** What the note about cuts may take of them. */
const NOTE_CHARACTERS = 1000;
/** A text that is no longer than this is left alone. */
const SHORT_TEXT = 500;
/** A cursor points just after these: they were made to fit when they were read. */
const EXACT = new Set(["new_stdout", "new_stderr"]);
/** Where the rest of a list is. */
const REST: Record<string, string> = {
  artifacts: "the others are in the same folder",
  jobs: "ask for fewer with limit or status_filter",
  scripts: "the others are in the same folder",
};

type Json = Record<string, unknown>;
/** Where a list or text stands that can be cut. */
interface Place {
  holder: Json | unknown[];
  key: string;
  size: number;
}

/**
 * The answer, with its longest lists and texts cut until it has at most 45,000 characters of JSON; then
 * `note` says what was left out, and where the rest is.
 */
export function boundAnswer(answer: Json): Json {
  if (sizeOf(answer) <= ANSWER_CHARACTERS) return answer;
  const bounded = structuredClone(answer);
  const lengths = new Map<string, { shown: number; all: number }>();
  const limit = ANSWER_CHARACTERS - NOTE_CHARACTERS;
  for (let size = sizeOf(bounded); size > limit; size = sizeOf(bounded)) {
    const place = largest(bounded);
    if (!place) break;
    cut(place, size - limit, lengths);
  }
  const cuts = [...lengths].map(([name, { shown, all }]) =>
    `${name} (${shown} of ${all} are shown${REST[name] ? `; ${REST[name]}` : ""})`
  );
  const said = `This answer was shortened: ${cuts.join(", ") || "long texts"}`;
  const note = joinNotes(bounded, said).note as string;
  return { ...bounded, note: shorten(note, note.length - NOTE_CHARACTERS) };
}

/** The list or text that takes the most room. */
function largest(value: unknown): Place | undefined {
  let found: Place | undefined;
  const look = (holder: Json | unknown[]) => {
    for (const [key, inner] of Object.entries(holder)) {
      const isText = typeof inner === "string" && inner.length > SHORT_TEXT && !EXACT.has(key);
      const isList = Array.isArray(inner) && inner.length > 1;
      if (isText || isList) {
        const size = sizeOf(inner);
        // Where one entry takes most of a list, it is that entry which is too long.
        const isOneEntry = isList && inner.some((entry) => sizeOf(entry) > size / 2);
        if (!isOneEntry && (!found || size > found.size)) found = { holder, key, size };
      }
      if (typeof inner === "object" && inner !== null) look(inner as Json);
    }
  };
  look(value as Json);
  return found;
}

/** Takes away what is too much of it, at most three quarters at once: others may be as long. */
function cut(
  { holder, key, size }: Place,
  excess: number,
  lengths: Map<string, { shown: number; all: number }>,
): void {
  const kept = Math.max(0.25, 1 - excess / size);
  const value = (holder as Json)[key];
  if (Array.isArray(value)) {
    const shown = value.slice(0, Math.max(1, Math.floor(value.length * kept)));
    lengths.set(key, { shown: shown.length, all: lengths.get(key)?.all ?? value.length });
    (holder as Json)[key] = shown;
  } else {
    const text = value as string;
    (holder as Json)[key] = shorten(text, Math.ceil(text.length * (1 - kept)) + 50);
  }
}

/** A text without so many characters of its middle. */
function shorten(text: string, omitted: number): string {
  if (omitted <= 0) return text;
  const kept = Math.max(0, text.length - omitted);
  const head = text.slice(0, Math.ceil(kept / 2)).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(text.length - Math.floor(kept / 2)).replace(/^[\udc00-\udfff]/, "");
  return `${head}… [${omitted} characters omitted] …${tail}`;
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
