import type {
  CellRan,
  LateOutput,
  SessionBegan,
  SessionEnded,
  TranscriptEntry,
} from "./transcript_entry.ts";

/** What a session did since it began, over all deaths in between. */
export interface SessionStory {
  /** The last Python that began; `undefined`: none has. */
  began?: SessionBegan;
  /** Packages that were added to that one, each once. */
  packages: string[];
  /** The cells, with what they printed after their end, and where the session died between them. */
  parts: (CellRan | SessionEnded)[];
}

/**
 * Tells a session's story from its transcript: from the last time on that it began on purpose. What
 * ran before a death is part of it, since it is the way back to what was lost.
 */
export function tellStory(entries: readonly TranscriptEntry[]): SessionStory {
  const story: SessionStory = { packages: [], parts: [] };
  let end: SessionEnded | undefined;
  for (const entry of entries) {
    switch (entry.type) {
      case "session":
        if (story.began) {
          story.parts = end && !end.died ? [] : [...story.parts, end ?? killed(entry)];
        }
        story.began = entry;
        story.packages = [];
        end = undefined;
        break;
      case "cell":
        story.parts.push({ ...entry, outputs: [...entry.outputs] });
        break;
      case "packages":
        story.packages = [...new Set([...story.packages, ...entry.packages])];
        break;
      case "late":
        addLate(story, entry);
        break;
      case "end":
        end = entry;
    }
  }
  return withoutWhatRanAgain(story);
}

/** After a death the cells that had ended well may all have run again: they need not be told twice. */
function withoutWhatRanAgain(story: SessionStory): SessionStory {
  const since = story.parts.findLastIndex((part) => part.type === "end") + 1;
  const before = story.parts.slice(0, since);
  const done = cellsOf({ parts: before }).filter(({ status }) => status === "completed");
  const again = cellsOf({ parts: story.parts.slice(since) });
  const isReplay = done.length > 0 && done.every(({ code }, at) => code === again[at]?.code);
  return isReplay ? { ...story, parts: story.parts.slice(since) } : story;
}

/** The cells of a story. */
export function cellsOf({ parts }: Pick<SessionStory, "parts">): CellRan[] {
  return parts.filter((part) => part.type === "cell");
}

/** What nobody could write down any more. */
function killed({ at }: SessionBegan): SessionEnded {
  return { type: "end", at, reason: "it was killed with its supervisor", died: true };
}

/** What came while no cell ran belongs to the one before. */
function addLate({ parts }: SessionStory, { cell: number, text }: LateOutput): void {
  const since = parts.findLastIndex((part) => part.type === "end") + 1;
  const cells = parts.slice(since).filter((part) => part.type === "cell");
  const cell = cells.findLast(({ cell }) => cell === number) ?? cells.at(-1);
  if (!cell) return;
  const last = cell.outputs.at(-1);
  if (last?.output_type === "stream" && last.name === "stdout") {
    cell.outputs.splice(-1, 1, { ...last, text: last.text + text });
  } else {
    cell.outputs.push({ output_type: "stream", name: "stdout", text });
  }
}
