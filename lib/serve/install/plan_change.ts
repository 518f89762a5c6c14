import { isDeepStrictEqual } from "node:util";
import { readIfThere, removeIfThere, statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { EntryPath, Format } from "./format.ts";
import { lineDiff } from "./line_diff.ts";
import { replaceFile } from "./replace_file.ts";

/** A change to a client's configuration, not made yet. */
export interface Change {
  path: string;
  action: "added" | "changed" | "removed" | "unchanged";
  /** Without tokens. */
  diff: string;
  apply(): void;
}

/** What is to be changed. */
export interface Target {
  file: string;
  format: Format;
  /** Where in the file. */
  at: EntryPath;
}

type Values = Record<string, unknown>;

/** What some editors on Windows begin a file with; it stays. */
const BYTE_ORDER_MARK = "\ufeff";

/** Plans to write an entry into a configuration file, or to take it out where `entry` is absent. */
export function planChange({ file, format, at }: Target, entry: Values | undefined): Change {
  // Settings may be a link into a repository of dot files: the file itself is changed then.
  const path = statIfThere(file) ? Deno.realPathSync(file) : file;
  const whole = readIfThere(path);
  const mark = whole?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const before = whole?.slice(mark.length);
  const backup = `${path}.before-python-mcp`;
  const saved = readIfThere(backup)?.slice(mark.length);
  const values = read(path, format, before ?? "");
  const old = entryOf(values, at);
  const isSame = before === undefined ? !entry : isDeepStrictEqual(plain(old), plain(entry));
  if (isSame) return { path, action: "unchanged", diff: "", apply() {} };
  if (entry) {
    const after = format.set(before ?? "", at, entry);
    requireOnly(path, format, after, { at, values, entry });
    return {
      path,
      action: old === undefined ? "added" : "changed",
      diff: shownDiff(before ?? "", after),
      apply() {
        // The file as it was without the server is what a person wants back.
        if (whole !== undefined && old === undefined) replaceFile(backup, whole, path);
        replaceFile(path, mark + after, path, holdsToken(after));
      },
    };
  }
  const after = asBefore() ? saved : format.remove(before!, at);
  if (after !== undefined) requireOnly(path, format, after, { at, values });
  return {
    path,
    action: "removed",
    diff: shownDiff(before!, after ?? ""),
    apply() {
      if (after === undefined) removeIfThere(path);
      else replaceFile(path, mark + after, path);
      if (after === saved) removeIfThere(backup);
    },
  };

  /** Whether nothing but the server was added to what was there, or to no file. */
  function asBefore(): boolean {
    return format.set(saved ?? "", at, old as Values) === before;
  }
}

function read(path: string, format: Format, text: string): Values {
  try {
    const value = format.read(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Values;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `Cannot change ${path}: ${error.message}. ` +
        "Correct the file, then try again; it was left as it is.",
    );
  }
  throw new UserError(
    `Cannot change ${path}: it does not hold a ${format.title} object. It was left as it is.`,
  );
}

/** The change must change the entry and nothing else, however unusual the file is. */
function requireOnly(
  path: string,
  format: Format,
  after: string,
  { at: [key, name], values, entry }: { at: EntryPath; values: Values; entry?: Values },
): void {
  const expected = { ...values, [key]: { ...tableOf(values, key), [name]: entry } };
  try {
    if (isDeepStrictEqual(withoutEmpty(format.read(after), key), withoutEmpty(expected, key))) {
      return;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const what = entry ? `Add this by hand: ${JSON.stringify(entry)}` : "Remove it by hand.";
  throw new UserError(
    `Cannot change ${key} → ${name} in ${path} and leave all else as it is, the way the file is ` +
      `written. Nothing was changed. ${what}`,
  );
}

/** Plain values, where a table of servers that is empty counts as none. */
function withoutEmpty(values: unknown, key: string): unknown {
  const { [key]: table, ...rest } = plain(values) as Values;
  return Object.keys(table ?? {}).length === 0 ? rest : { [key]: table, ...rest };
}

/** Without what is undefined, and without the prototypes that parsers choose. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function entryOf(values: Values, [key, name]: EntryPath): unknown {
  return tableOf(values, key)[name];
}

function tableOf(values: Values, key: string): Values {
  const table = values[key];
  return typeof table === "object" && table !== null ? table as Values : {};
}

const TOKEN = /(Bearer )[^\s"']+/g;

function holdsToken(text: string): boolean {
  return text.search(TOKEN) >= 0;
}

function shownDiff(before: string, after: string): string {
  return lineDiff(before, after).replaceAll(TOKEN, "$1****");
}
