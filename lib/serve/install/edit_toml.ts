import { parse, stringify } from "smol-toml";
import type { EntryPath, Format } from "./format.ts";

/** TOML; an entry is a section `[key.name]` and those below it, one after the other. */
export const editToml: Format = { title: "TOML", read, set, remove };

const HEADER = /^[ \t]*\[[^[\]][^\r\n]*$/;

function read(text: string): unknown {
  try {
    return parse(text, { integersAsBigInt: "asNeeded" });
  } catch (error) {
    const { line, message } = error as Error & { line?: number };
    const [why] = message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new SyntaxError(`line ${line ?? 1} is invalid TOML (${why})`);
  }
}

function set(text: string, at: EntryPath, value: Record<string, unknown>): string {
  const [key, name] = at;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const section = `${stringify({ [key]: { [name]: value } }).trim()}\n`.replaceAll("\n", eol);
  const [first] = sectionsOf(text, at);
  if (first) {
    const rest = remove(text, at);
    return `${text.slice(0, first.from)}${section}${rest.slice(first.from)}`;
  }
  if (text.trim() === "") return text + section;
  return `${text}${text.endsWith("\n") ? "" : eol}${eol}${section}`;
}

function remove(text: string, at: EntryPath): string {
  return sectionsOf(text, at).toReversed()
    .reduce((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), text);
}

/** Where the sections of an entry stand; what is commented behind them belongs to what follows. */
function sectionsOf(text: string, at: EntryPath): { from: number; to: number }[] {
  const sections: { from: number; to: number }[] = [];
  let isInside = false;
  let offset = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (HEADER.test(line.trimEnd())) {
      isInside = isOf(line, at);
      const last = sections.at(-1);
      // Empty lines between two of them are the entry's.
      const isNext = last !== undefined && text.slice(last.to, offset).trim() === "";
      if (isInside) sections.push({ from: isNext ? last.to : offset, to: offset });
    } else if (/^\s*\[\[/.test(line)) {
      isInside = false;
    }
    offset += line.length;
    if (isInside && !/^\s*(#|$)/.test(line)) sections.at(-1)!.to = offset;
  }
  return sections;
}

/** Whether a line is the header of the entry, or of what lies in it. */
function isOf(line: string, [key, name]: EntryPath): boolean {
  try {
    const table = parse(line)[key];
    return typeof table === "object" && name in table;
  } catch {
    // A line of a longer string or list that looks like one.
    return false;
  }
}
