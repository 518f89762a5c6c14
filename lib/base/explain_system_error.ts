import { UserError } from "./user_error.ts";

/** What an error of the system means, and what to do next. */
const WORDS: Record<string, [meaning: string, next: string]> = {
  ENOSPC: ["no space is left on the disk", "Free some space; py_prune_jobs removes old jobs"],
  EDQUOT: ["the user's disk quota is used up", "Free some space; py_prune_jobs removes old jobs"],
  EROFS: [
    "the file system can only be read",
    "Make it writable, or set PYTHON_MCP_HOME to a folder that is",
  ],
  EISDIR: ["a folder is where a file has to be", "Move that folder away, or name another path"],
  EACCES: [
    "this user may not do that there",
    "Check owner and mode (ls -ld), or set PYTHON_MCP_HOME to a folder of your own",
  ],
  EEXIST: ["a file is where a folder has to be", "Move that file away"],
  ENOTDIR: ["a file is where a folder has to be", "Move that file away, or name another path"],
  ENOENT: [
    "a folder of this path is gone, or a link leads nowhere",
    "Create it, or name another path",
  ],
  ENAMETOOLONG: ["the path is too long", "Set PYTHON_MCP_HOME to a shorter one"],
  EMFILE: [
    "too many files are open in this process",
    "Raise the limit (ulimit -n) and start the server again",
  ],
  ENFILE: ["too many files are open on this machine", "Close some programs, then try again"],
  EAGAIN: [
    "the system can start no more processes now",
    "End some, or raise the limit (ulimit -u), then try again",
  ],
  EFBIG: ["the file would be larger than the limit", "Raise the limit (ulimit -f)"],
  EIO: [
    "the disk could not be read or written",
    "See whether it is full (df); else the system's log says more",
  ],
  ENOMEM: ["the system has no memory left", "End some programs, then try again"],
};

/** Numbers that differ between systems are in both forms: Linux, macOS. */
const NUMBERS: Record<string, string> = {
  "1": "EACCES",
  "2": "ENOENT",
  "5": "EIO",
  "11": "EAGAIN",
  "12": "ENOMEM",
  "13": "EACCES",
  "17": "EEXIST",
  "20": "ENOTDIR",
  "21": "EISDIR",
  "23": "ENFILE",
  "24": "EMFILE",
  "27": "EFBIG",
  "28": "ENOSPC",
  "30": "EROFS",
  "35": "EAGAIN",
  "36": "ENAMETOOLONG",
  "63": "ENAMETOOLONG",
  "69": "EDQUOT",
  "122": "EDQUOT",
};

/** How SQLite, which keeps the number to itself, says the same. */
const PHRASES: [RegExp, string][] = [
  [/disk is full|no space left/i, "ENOSPC"],
  [/readonly database|read-only file system/i, "EROFS"],
  [/unable to open database file/i, "EACCES"],
  [/disk I\/O error/i, "EIO"],
];

/**
 * An error of the system in words: what it means, its own text, and what to do next; `undefined` for
 * every other error.
 *
 * @param next What to do where something that is not in the home may not be read or written.
 *
 * @example
 * ```ts
 * import { explainSystemError } from "./explain_system_error.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new Error("Read-only file system (os error 30): mkdir '/mnt/x'");
 * assert.match(explainSystemError(error)!, /^the file system can only be read \(Read-only.*\. Make it/);
 * ```
 */
export function explainSystemError(error: unknown, next?: string): string | undefined {
  const code = systemErrorCode(error) ?? "";
  const words = WORDS[code];
  if (!words) return undefined;
  const advice = next !== undefined && ABOUT_PLACE.has(code) ? next : words[1];
  return `${words[0]} (${textOf(error).slice(0, LONGEST)}). ${advice}.`;
}

/** Errors whose advice is about the home unless the caller says what else is to be done. */
const ABOUT_PLACE = new Set(["EROFS", "EACCES", "ENAMETOOLONG"]);

const LONGEST = 300;

/** The code of an error of the system, as `ENOSPC`, however Deno, Python, Node or SQLite say it. */
export function systemErrorCode(error: unknown): string | undefined {
  const text = textOf(error);
  const number = /\(os error (\d+)\)|\[Errno (\d+)\]/.exec(text)?.slice(1).find(Boolean);
  const code = NUMBERS[number ?? ""] ?? PHRASES.find(([phrase]) => phrase.test(text))?.[1] ??
    (error as { code?: unknown } | null)?.code;
  // Node's own codes, such as ERR_SQLITE_ERROR, are none of the system's.
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * The error as its user is to be told it; what is none of the system's stays as it is.
 *
 * @param what What did not happen, as a sentence without its end.
 * @param next What to do where something that is not in the home may not be read or written.
 */
export function explained(error: unknown, what: string, next?: string): unknown {
  const why = error instanceof UserError ? undefined : explainSystemError(error, next);
  return why === undefined ? error : new UserError(`${what}: ${why}`, { cause: error });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
