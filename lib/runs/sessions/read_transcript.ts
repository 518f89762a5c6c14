import { readIfThere } from "../../base/private_files.ts";
import type { SessionFiles } from "../../jobs/files/session_files.ts";
import { type CellRan, entriesOf, type TranscriptEntry } from "./transcript_entry.ts";

/** The transcript of a session, also of one that has ended. */
export function readTranscript({ transcript }: SessionFiles): TranscriptEntry[] {
  return entriesOf(readIfThere(transcript) ?? "");
}

/** Its cells that ended well, in their order. */
export function completedCells(files: SessionFiles): CellRan[] {
  return readTranscript(files)
    .filter((entry) => entry.type === "cell")
    .filter(({ status }) => status === "completed");
}
