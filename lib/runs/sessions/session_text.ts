import { readableText } from "../../jobs/files/readable_text.ts";
import { SessionFiles } from "../../jobs/files/session_files.ts";
import type { App } from "../app.ts";
import { requireOwnLevel } from "./require_own_level.ts";
import { readStory } from "./read_story.ts";
import { cellsOf } from "./session_story.ts";
import type { CellOutput, CellRan } from "./transcript_entry.ts";

/** How much of a cell's code, and of its output, is told; characters. */
const LONGEST_TEXT = 8000;
/** How much of the cells together; characters of JSON. */
const MOST_CHARACTERS = 45_000;
/** Forms of an output from the most readable one on. */
const READABLE = ["text/plain", "text/markdown", "text/latex", "text/html", "image/svg+xml"];

/** A cell in words. */
export interface CellText {
  cell: number;
  job_id: string;
  status: CellRan["status"];
  code: string;
  /** What it printed and showed, as a terminal would have. */
  output: string;
}

/** A session in words. */
export interface SessionText {
  session: string;
  lives: boolean;
  python?: string;
  python_version?: string | null;
  directory?: string;
  dependencies: string[];
  /** The newest, oldest first. */
  cells: CellText[];
  /** How many older ones were left out. */
  omitted_cells?: number;
}

/**
 * The transcript of a session, also of one that has ended, as far as a model should read it.
 *
 * @throws UserError when there is no such session
 */
export function sessionText(app: App, name: string): SessionText {
  const { jobs } = app;
  const files = new SessionFiles(jobs.home, name);
  requireOwnLevel(app, files);
  const story = readStory(files);
  const all = cellsOf(story).map(cellText);
  let room = MOST_CHARACTERS;
  const shown = all.slice(
    all.findLastIndex((cell) => (room -= JSON.stringify(cell).length) < 0) + 1,
  );
  const omitted = all.length - shown.length;
  return {
    session: name,
    lives: files.lives,
    python: story.began?.python,
    python_version: story.began?.python_version,
    directory: story.began?.directory,
    dependencies: [...story.began?.dependencies ?? [], ...story.packages],
    cells: shown,
    ...(omitted > 0 && { omitted_cells: omitted }),
  };
}

function cellText({ cell, job_id, status, code, outputs }: CellRan): CellText {
  const output = readableText(outputs.map(outputText).join(""));
  return { cell, job_id, status, code: shorten(code), output: shorten(output) };
}

function outputText(output: CellOutput): string {
  switch (output.output_type) {
    case "stream":
      return output.text;
    case "error":
      return `${output.traceback.join("\n")}\n`;
    default: {
      const type = READABLE.find((one) => typeof output.data[one] === "string");
      return type === undefined ? "[picture]\n" : `${output.data[type]}\n`;
    }
  }
}

function shorten(text: string): string {
  const omitted = text.length - LONGEST_TEXT;
  if (omitted <= 0) return text;
  const half = LONGEST_TEXT / 2;
  return `${text.slice(0, half)}… [${omitted} characters omitted] …${text.slice(-half)}`
    .toWellFormed();
}
