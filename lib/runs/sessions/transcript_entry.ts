/** What a cell printed or showed, as notebooks of version 4 have it. */
export type CellOutput =
  | { output_type: "stream"; name: string; text: string }
  | {
    output_type: "display_data" | "execute_result";
    data: Record<string, unknown>;
    metadata?: Record<string, unknown>;
    execution_count?: number | null;
  }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** A picture in the `data` of an output: a file below the session's folder. */
export interface KeptPicture {
  path: string;
}

/**
 * A (fresh) Python began; what was there before is gone. `at` is when a line was written, in seconds
 * since 1970.
 */
export interface SessionBegan {
  type: "session";
  id: string;
  at: number;
  /** The interpreter's path. */
  python: string;
  python_version: string | null;
  directory: string;
  dependencies: string[];
}

/** A cell that has ended. */
export interface CellRan {
  type: "cell";
  /** From 1, counted anew in each Python. */
  cell: number;
  job_id: string;
  code: string;
  at: number;
  elapsed_seconds: number;
  status: "completed" | "failed" | "cancelled";
  outputs: CellOutput[];
}

/** What threads or processes of a cell printed after its end. */
export interface LateOutput {
  type: "late";
  cell: number;
  at: number;
  text: string;
}

export interface PackagesAdded {
  type: "packages";
  at: number;
  packages: string[];
}

export interface SessionEnded {
  type: "end";
  at: number;
  reason: string;
  /** It was not asked to end. */
  died: boolean;
}

export type TranscriptEntry = SessionBegan | CellRan | LateOutput | PackagesAdded | SessionEnded;

const TYPES: readonly string[] = ["session", "cell", "late", "packages", "end"];

/** The entries of a transcript. A line that is not whole, or of a kind unknown here, is left out. */
export function entriesOf(text: string): TranscriptEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line);
      return TYPES.includes(entry?.type) ? [entry] : [];
    } catch {
      return [];
    }
  });
}
