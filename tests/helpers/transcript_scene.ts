import { join } from "node:path";
import type {
  CellOutput,
  CellRan,
  TranscriptEntry,
} from "../../lib/runs/sessions/transcript_entry.ts";

/** 2026-11-28T12:00:00Z, in seconds. */
export const BEGAN = 1795867200;

/** The first line of a session's transcript. */
export function began(): TranscriptEntry {
  return {
    type: "session",
    id: "5e551011-0000-4000-8000-000000000000",
    at: BEGAN,
    python: "/usr/bin/python3",
    python_version: "3.11.2",
    directory: "/data",
    dependencies: ["six==1.17.0"],
  };
}

let jobs = 0;

/** A cell's line. */
export function ran(
  cell: number,
  code: string,
  outputs: CellOutput[] = [],
  status: CellRan["status"] = "completed",
): CellRan {
  const job_id = `c0de0000-0000-4000-8000-${String(++jobs).padStart(12, "0")}`;
  return {
    type: "cell",
    cell,
    job_id,
    code,
    at: BEGAN + cell,
    elapsed_seconds: 0.5,
    status,
    outputs,
  };
}

export function printed(text: string, name = "stdout"): CellOutput {
  return { output_type: "stream", name, text };
}

/** One pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What a cell with a figure showed; the picture lies in the session's folder. */
export function shown(path: string): CellOutput {
  return {
    output_type: "display_data",
    data: { "image/png": { path }, "text/plain": "<Figure size 640x480 with 1 Axes>" },
    metadata: {},
  };
}

/** What a session that has ended was. */
const RECORD = {
  id: "5e551011-0000-4000-8000-000000000000",
  created_at: BEGAN,
  directory: "/data",
  python: "/usr/bin/python3",
  dependencies: ["six==1.17.0"],
  asked: { use_uv: false, sandbox: "off" },
  withheld: [],
};

/**
 * Writes the folder of a session that has ended, with a transcript and the picture of its cell 3;
 * returns its path.
 */
export function writeSession(home: string, name: string, entries: TranscriptEntry[]): string {
  const folder = join(home, "sessions", name);
  Deno.mkdirSync(join(folder, "pictures"), { recursive: true });
  Deno.writeTextFileSync(join(folder, "session.json"), JSON.stringify({ ...RECORD, name }));
  const lines = entries.map((entry) => JSON.stringify(entry) + "\n");
  Deno.writeTextFileSync(join(folder, "transcript.jsonl"), lines.join(""));
  const png = Uint8Array.from(atob(PNG), (letter) => letter.charCodeAt(0));
  Deno.writeFileSync(join(folder, "pictures", "cell_3_1.png"), png);
  return folder;
}
