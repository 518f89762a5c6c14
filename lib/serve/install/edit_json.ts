import { applyEdits, findNodeAtLocation, modify, type Node, parseTree } from "jsonc-parser";

/** How a file is laid out. */
interface Style {
  indent: string;
  eol: string;
}

const PARSING = { allowTrailingComma: true };

/**
 * Sets `text[key][name]` in JSON with comments. No other byte of the text changes: `jsonc-parser`
 * itself would reformat the neighbours.
 */
export function setEntry(text: string, [key, name]: [string, string], value: unknown): string {
  const root = parseTree(text, [], PARSING);
  if (!root) return `${JSON.stringify({ [key]: { [name]: value } }, null, 2)}\n`;
  const style = styleOf(text);
  const present = findNodeAtLocation(root, [key, name]);
  if (present) return replaceNode(text, present, value, style);
  const parent = findNodeAtLocation(root, [key]);
  if (parent?.type === "object") return addProperty(text, parent, name, value, style);
  if (parent) return replaceNode(text, parent, { [name]: value }, style);
  return addProperty(text, root, key, { [name]: value }, style);
}

export function removeEntry(text: string, at: [string, string]): string {
  return applyEdits(text, modify(text, at, undefined, {}));
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
