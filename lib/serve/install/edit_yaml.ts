import { isMap, type Node, type Pair, parseDocument, stringify } from "yaml";
import type { EntryPath, Format } from "./format.ts";

/** YAML. */
export const editYaml: Format = { title: "YAML", read, set, remove };

/** A document's own layout is not known to the library: only what is new is written by it. */
const LAYOUT = { lineWidth: 0 };

function read(text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) {
    throw new SyntaxError(`line ${error.linePos?.[0].line ?? 1} is invalid YAML (${error.code})`);
  }
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor, or more of them than a person would write.
    throw new SyntaxError(`it is invalid YAML (${(error as Error).message})`, { cause: error });
  }
}

function set(text: string, at: EntryPath, value: Record<string, unknown>): string {
  const [key, name] = at;
  const document = parseDocument(text);
  if (document.hasIn(at)) return set(remove(text, at), at, value);
  const servers = document.get(key);
  if (isMap(servers) && !servers.flow && servers.items.length > 0) {
    const column = columnOf(text, servers.items[0]!);
    const lines = indented(stringify({ [name]: value }, LAYOUT), column);
    return inserted(text, servers.range![2], lines);
  }
  if (!document.has(key)) {
    const end = isMap(document.contents) ? document.contents.range![2] : text.length;
    return inserted(text, end, stringify({ [key]: { [name]: value } }, LAYOUT));
  }
  if (isMap(servers)) servers.set(name, document.createNode(value));
  else document.set(key, { [name]: value });
  return document.toString(LAYOUT);
}

function remove(text: string, [key, name]: EntryPath): string {
  const document = parseDocument(text);
  const servers = document.get(key);
  // With the only server goes the table of servers.
  const isOnly = isMap(servers) && servers.items.length === 1;
  const [parent, gone] = isOnly ? [document.contents, key] : [servers, name];
  if (isMap(parent) && !parent.flow) {
    const pair = parent.items.find((one) => String(one.key) === gone)!;
    const from = text.lastIndexOf("\n", startOf(pair) - 1) + 1;
    return text.slice(0, from) + text.slice((pair.value as Node).range![2]);
  }
  document.deleteIn([key, name]);
  return document.toString(LAYOUT);
}

/** Puts whole lines at an offset behind what stands there. */
function inserted(text: string, offset: number, lines: string): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, offset);
  const gap = before === "" || before.endsWith("\n") ? "" : eol;
  return before + gap + lines.replaceAll("\n", eol) + text.slice(offset);
}

function columnOf(text: string, pair: Pair): number {
  const start = startOf(pair);
  return start - (text.lastIndexOf("\n", start - 1) + 1);
}

function startOf(pair: Pair): number {
  return (pair.key as Node).range![0];
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
}
