import { readEnd } from "../../jobs/files/output_log.ts";
import type { SessionFiles } from "../../jobs/files/session_files.ts";
import { type CellRan, entriesOf, type TranscriptEntry } from "./transcript_entry.ts";

/** Bytes; of a longer one, the end is read. */
const LONGEST = 256 << 20;

/** The transcript of a session, also of one that has ended. */
export function readTranscript({ transcript }: SessionFiles): TranscriptEntry[] {
  return entriesOf(readEnd(transcript, LONGEST));
}

/** Its cells that ended well, in their order. */
export function completedCells(files: SessionFiles): CellRan[] {
  return readTranscript(files)
    .filter((entry) => entry.type === "cell")
    .filter(({ status }) => status === "completed");
}
