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

/** What is read of each kind: a session's code may have written anything. */
const IS_WHOLE: Record<string, (entry: Record<string, unknown>) => boolean> = {
  session: ({ id, python, directory }) => [id, python, directory].every(isText),
  cell: ({ cell, job_id, code, elapsed_seconds, outputs }) =>
    [cell, elapsed_seconds].every(Number.isFinite) && [job_id, code].every(isText) &&
    Array.isArray(outputs) && outputs.every(isOutput),
  late: ({ cell, text }) => Number.isFinite(cell) && isText(text),
  packages: ({ packages }) => Array.isArray(packages) && packages.every(isText),
  end: ({ reason }) => isText(reason),
};

function isEntry(found: unknown): found is TranscriptEntry {
  const entry = (found ?? {}) as Record<string, unknown>;
  return Number.isFinite(entry.at) && isText(entry.type) && Object.hasOwn(IS_WHOLE, entry.type) &&
    IS_WHOLE[entry.type]!(entry);
}

function isOutput(found: unknown): boolean {
  const { output_type, text, data, traceback } = (found ?? {}) as Record<string, unknown>;
  if (output_type === "stream") return isText(text);
  if (output_type === "error") return Array.isArray(traceback) && traceback.every(isText);
  return (output_type === "display_data" || output_type === "execute_result") &&
    typeof data === "object" && data !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The entries of a transcript. A line that is not whole, or of a kind unknown here, is left out. */
export function entriesOf(text: string): TranscriptEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line);
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}
