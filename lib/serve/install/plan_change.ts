import { isDeepStrictEqual } from "node:util";
import { removeIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import { explaining, locateConfig, readConfig, requireWritable } from "./config_file.ts";
import type { EntryPath, Format } from "./format.ts";
import { isTable, keepAdditions } from "./keep_additions.ts";
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

/**
 * Plans to write an entry into a configuration file, or to take it out where `entry` is absent. What a
 * person has added to an entry stays in it.
 */
export function planChange({ file, format, at }: Target, entry: Values | undefined): Change {
  const path = locateConfig(file);
  const whole = readConfig(path);
  const mark = whole?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const before = whole?.slice(mark.length);
  const backup = `${path}.before-python-mcp`;
  const saved = readConfig(backup)?.slice(mark.length);
  const values = read(path, format, before ?? "");
  const old = entryOf(values, at);
  const wanted = entry && keepAdditions(old, entry);
  const isSame = before === undefined ? !wanted : isDeepStrictEqual(plain(old), plain(wanted));
  if (isSame) return { path, action: "unchanged", diff: "", apply() {} };
  requireWritable(path);
  if (wanted) {
    requireTable(path, values, at[0]);
    const after = format.set(before ?? "", at, wanted);
    requireOnly(path, format, after, { at, values, entry: wanted });
    return {
      path,
      action: old === undefined ? "added" : "changed",
      diff: shownDiff(before ?? "", after),
      apply() {
        // The file as it was without the server is what a person wants back, or with theirs.
        const isNeeded = old === undefined || (saved === undefined && !asBefore());
        if (whole !== undefined && isNeeded) write(backup, whole);
        write(path, mark + after, holdsToken(after));
      },
    };
  }
  const after = asBefore() ? saved : removed();
  if (after !== undefined) requireOnly(path, format, after, { at, values });
  return {
    path,
    action: "removed",
    diff: shownDiff(before!, after ?? ""),
    apply() {
      if (after === undefined) explaining(`Cannot remove ${path}`, () => removeIfThere(path));
      else write(path, mark + after);
      if (after === saved) removeIfThere(backup);
    },
  };

  function write(to: string, content: string, isSecret = false): void {
    explaining(`Cannot write ${to}`, () => replaceFile(to, content, path, isSecret));
  }

  function removed(): string {
    try {
      return format.remove(before!, at);
    } catch (error) {
      throw cannotChange(path, at, "Remove it by hand.", error);
    }
  }

  /** Whether nothing but the server was added to what was there, or to no file. */
  function asBefore(): boolean {
    try {
      return entryOf(read(backup, format, saved ?? ""), at) === undefined &&
        format.set(saved ?? "", at, old as Values) === before;
    } catch {
      // A copy that holds something else by now is of no use.
      return false;
    }
  }
}

function read(path: string, format: Format, text: string): Values {
  try {
    const value = format.read(text);
    if (isTable(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `Cannot change ${path}: ${error.message}. ` +
        "Correct the file, then try again; it was left as it is.",
    );
  }
  throw new UserError(
    `Cannot change ${path}: it does not hold a ${format.title} object. Correct the file, then try again; it was left as it is.`,
  );
}

/** Where no servers are, there may be `null` or an empty list; all else would be lost. */
function requireTable(path: string, values: Values, key: string): void {
  const table = values[key] ?? [];
  if (isTable(table) || (Array.isArray(table) && table.length === 0)) return;
  throw new UserError(
    `Cannot change ${path}: ${key} is ${
      JSON.stringify(table).slice(0, 100)
    }, which is not a table of ` +
      "servers. Correct the file, then try again; it was left as it is.",
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
  const byHand = entry
    ? `Add this by hand:\n${withoutTokens(format.set("", [key, name], entry))}`
    : "Remove it by hand.";
  throw cannotChange(path, [key, name], byHand);
}

function cannotChange(
  path: string,
  [key, name]: EntryPath,
  byHand: string,
  cause?: unknown,
): UserError {
  return new UserError(
    `Cannot change ${key} → ${name} in ${path} and leave all else as it is, the way the file is ` +
      `written. Nothing was changed. ${byHand}`,
    { cause },
  );
}

/** Plain values, where a table of servers that is empty counts as none. */
function withoutEmpty(values: unknown, key: string): unknown {
  const { [key]: table, ...rest } = plain(values) as Values;
  return Object.keys(table ?? {}).length === 0 ? rest : { [key]: table, ...rest };
}

/** Without what is undefined, and without the prototypes that parsers choose. */
function plain(value: unknown): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value, (_, one) => typeof one === "bigint" ? `${one}n` : one));
}

function entryOf(values: Values, [key, name]: EntryPath): unknown {
  const table = tableOf(values, key);
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function tableOf(values: Values, key: string): Values {
  const table = values[key];
  return isTable(table) ? table : {};
}

const TOKEN = /(Bearer )[^\s"']+/g;

function holdsToken(text: string): boolean {
  return text.search(TOKEN) >= 0;
}

function shownDiff(before: string, after: string): string {
  return withoutTokens(lineDiff(before, after));
}

function withoutTokens(text: string): string {
  return text.replaceAll(TOKEN, "$1****");
}
