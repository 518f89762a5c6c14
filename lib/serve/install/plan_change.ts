import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { readIfThere, removeIfThere, statIfThere } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { ClientConfig, ServerEntry } from "./clients.ts";
import { removeEntry, setEntry } from "./edit_json.ts";
import { lineDiff } from "./line_diff.ts";
import { replaceFile } from "./replace_file.ts";

/** A change to a client's configuration, not made yet. */
export interface Change {
  path: string;
  action: "added" | "changed" | "removed" | "unchanged";
  diff: string;
  apply(): void;
}

const PARSING = { allowTrailingComma: true };
/** What some editors on Windows begin a file with; it stays. */
const BYTE_ORDER_MARK = "\ufeff";

/** Plans to write the server into a configuration file, or to take it out where `server` is absent. */
export function planChange(
  client: ClientConfig,
  file: string,
  name: string,
  server: ServerEntry | undefined,
): Change {
  // Settings may be a link into a repository of dot files: the file itself is changed then.
  const path = statIfThere(file) ? Deno.realPathSync(file) : file;
  const whole = readIfThere(path);
  const mark = whole?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const before = whole?.slice(mark.length);
  const backup = `${path}.before-python-mcp`;
  const saved = readIfThere(backup)?.slice(mark.length);
  const at: [string, string] = [client.key, name];
  const old = valueAt(read(path, before ?? ""), at);
  if (server) {
    const after = setEntry(before ?? "", at, client.entry(server));
    const isSame = before !== undefined && sameValue(old, client.entry(server));
    return {
      path,
      action: isSame ? "unchanged" : old === undefined ? "added" : "changed",
      diff: isSame ? "" : lineDiff(before ?? "", after),
      apply() {
        if (isSame) return;
        // The file as it was without the server is what a person wants back.
        if (whole !== undefined && old === undefined) replaceFile(backup, whole, path);
        replaceFile(path, mark + after, path);
      },
    };
  }
  if (before === undefined || old === undefined) {
    return { path, action: "unchanged", diff: "", apply() {} };
  }
  const after = without(before, at, old, saved);
  return {
    path,
    action: "removed",
    diff: lineDiff(before, after ?? ""),
    apply() {
      if (after === undefined) removeIfThere(path);
      else replaceFile(path, mark + after, path);
      if (after === saved) removeIfThere(backup);
    },
  };
}

/** The text as it was, if nothing else has changed since; `undefined`: there was no file. */
function without(
  text: string,
  at: [string, string],
  old: unknown,
  saved: string | undefined,
): string | undefined {
  if (saved !== undefined && setEntry(saved, at, old) === text) return saved;
  if (saved === undefined && setEntry("", at, old) === text) return undefined;
  return removeEntry(text, at);
}

function read(path: string, text: string): unknown {
  if (text.trim() === "") return {};
  const errors: ParseError[] = [];
  const value = parse(text, errors, PARSING);
  const first = errors[0];
  if (first) {
    const line = text.slice(0, first.offset).split("\n").length;
    throw new UserError(
      `Cannot change ${path}: line ${line} is invalid JSON (${
        printParseErrorCode(first.error)
      }). ` +
        "Correct the file, then try again; nothing was changed.",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(
      `Cannot change ${path}: it does not hold a JSON object. Nothing was changed.`,
    );
  }
  return value;
}

function valueAt(value: unknown, at: string[]): unknown {
  return at.reduce<unknown>(
    (inside, key) => (inside as Record<string, unknown> | null | undefined)?.[key],
    value,
  );
}

function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
