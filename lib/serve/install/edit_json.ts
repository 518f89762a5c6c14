import {
  applyEdits,
  findNodeAtLocation,
  modify,
  type Node,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { EntryPath, Format } from "./format.ts";

/** How a file is laid out. */
interface Style {
  indent: string;
  eol: string;
}

/** Nothing but comments is nothing, as an empty file is. */
const PARSING = { allowTrailingComma: true, allowEmptyContent: true };

/** JSON with comments and trailing commas. */
export const editJson: Format = { title: "JSON", read, set, remove };

function read(text: string): unknown {
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = parse(text, errors, PARSING);
  } catch (error) {
    throw new SyntaxError("it is nested too deeply", { cause: error });
  }
  const [first] = errors;
  if (first === undefined) return value ?? (parseTree(text, [], PARSING) ? value : {});
  const line = text.slice(0, first.offset).split("\n").length;
  throw new SyntaxError(`line ${line} is invalid JSON (${printParseErrorCode(first.error)})`);
}

/** No other byte of the text changes: `jsonc-parser` itself would reformat the neighbours. */
function set(text: string, [key, name]: EntryPath, value: unknown): string {
  const root = parseTree(text, [], PARSING);
  if (!root) {
    const comments = text.trim() === "" ? "" : `${text.trimEnd()}\n`;
    return `${comments}${JSON.stringify({ [key]: { [name]: value } }, null, 2)}\n`;
  }
  const style = styleOf(text);
  const present = findNodeAtLocation(root, [key, name]);
  if (present) return replaceNode(text, present, value, style);
  const parent = findNodeAtLocation(root, [key]);
  if (parent?.type === "object") return addProperty(text, parent, name, value, style);
  if (parent) return replaceNode(text, parent, { [name]: value }, style);
  return addProperty(text, root, key, { [name]: value }, style);
}

function remove(text: string, at: EntryPath): string {
  const property = findNodeAtLocation(parseTree(text, [], PARSING)!, [...at])!.parent!;
  const from = text.lastIndexOf("\n", property.offset - 1) + 1;
  const behind = /^([ \t]*,)?[ \t]*(?:\r?\n|$)/.exec(text.slice(property.offset + property.length));
  // What shares its lines with others is left to the library, which may take a comment with it.
  if (!behind || !startsLine(text, property.offset)) {
    return applyEdits(text, modify(text, [...at], undefined, {}));
  }
  const to = property.offset + property.length + behind[0].length;
  const siblings = property.parent!.children!;
  const before = siblings[siblings.indexOf(property) - 1];
  if (before === undefined || behind[1] !== undefined) return text.slice(0, from) + text.slice(to);
  // The last one has no comma behind it.
  const end = before.offset + before.length;
  return text.slice(0, end) + text.slice(end, from).replace(/^([ \t]*),/, "$1") + text.slice(to);
}

function replaceNode(text: string, { offset, length }: Node, value: unknown, style: Style): string {
  const json = toJson(value, indentAt(text, offset), style);
  return text.slice(0, offset) + json + text.slice(offset + length);
}

function addProperty(
  text: string,
  parent: Node,
  name: string,
  value: unknown,
  style: Style,
): string {
  const last = parent.children?.at(-1);
  const outer = indentAt(text, parent.offset);
  const inner = last && startsLine(text, last.offset)
    ? indentAt(text, last.offset)
    : outer + style.indent;
  const property = `${JSON.stringify(name)}: ${toJson(value, inner, style)}`;
  if (!last) {
    const from = parent.offset + 1;
    const to = parent.offset + parent.length - 1;
    const inside = text.slice(from, to);
    const rest = inside.trim() === "" ? style.eol + outer : inside;
    return `${text.slice(0, from)}${style.eol}${inner}${property}${rest}${text.slice(to)}`;
  }
  const end = last.offset + last.length;
  // What stands behind the last property on its line stays there.
  const line = /^[ \t]*(,?)[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/[ \t]*)?(?=\r?\n)/.exec(
    text.slice(end),
  );
  const comma = line?.[1] ?? "";
  const after = end + (line?.[0].length ?? 0);
  return text.slice(0, end) + (comma ? "" : ",") + text.slice(end, after) +
    `${style.eol}${inner}${property}${comma}` + text.slice(after);
}

function toJson(value: unknown, indent: string, style: Style): string {
  return JSON.stringify(value, null, style.indent).replaceAll("\n", style.eol + indent);
}

function styleOf(text: string): Style {
  return {
    indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ",
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** The white space that the line of an offset begins with. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)![0];
}

function startsLine(text: string, offset: number): boolean {
  return /(?:^|\n)[ \t]*$/.test(text.slice(0, offset));
}
