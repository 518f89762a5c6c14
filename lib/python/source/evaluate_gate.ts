import type { parser as Parser } from "@lezer/python";

export type SyntaxNode = ReturnType<typeof Parser.parse>["topNode"];

/** A value as far as it is the same in every run; `undefined`: it is not. */
export type Value = number | string | boolean | null | undefined | readonly Value[];

/** What conditions are judged by. */
export interface Surely {
  text: string;
  /** What dotted names mean, such as `sys.platform` or a constant of the script. */
  names: ReadonlyMap<string, Value>;
  /** Names that imports give to modules and their parts: `plat` for `sys.platform`. */
  aliases: ReadonlyMap<string, string>;
}

/** The release of Python 3 that runs a script; without `micro`, any of that minor version. */
export interface Release {
  minor: number;
  micro?: number;
}

/** What a script asks its surroundings before it imports something. */
export function knownNames({ minor, micro }: Release, isMain: boolean): Map<string, Value> {
  const [platform, system, name] = SYSTEMS[Deno.build.os] ?? SYSTEMS.linux!;
  return new Map<string, Value>([
    ["sys.version_info", [3, minor, micro, "final", 0]],
    ["sys.hexversion", (3 << 24) | (minor << 16) | ((micro ?? 99) << 8) | 0xf0],
    ["sys.version", `3.${minor}.`],
    ["sys.platform", platform],
    ["sys.implementation.name", "cpython"],
    ["os.name", name],
    ["platform.system()", system],
    ["platform.python_implementation()", "CPython"],
    ["platform.python_version()", `3.${minor}.`],
    ["platform.python_version_tuple()", ["3", String(minor), undefined]],
    ["os.uname()", [system, undefined, undefined, undefined, undefined]],
    ["typing.TYPE_CHECKING", false],
    ["TYPE_CHECKING", false],
    ["six.PY2", false],
    ["six.PY3", true],
    ["__debug__", true],
    ["__name__", isMain ? "__main__" : "imported"],
  ]);
}

const SYSTEMS: Record<string, [platform: string, system: string, name: string]> = {
  darwin: ["darwin", "Darwin", "posix"],
  linux: ["linux", "Linux", "posix"],
  windows: ["win32", "Windows", "nt"],
};

/** Fields of named tuples, by their place. */
const FIELDS: Record<string, number> = { major: 0, minor: 1, micro: 2, sysname: 0 };

/** The truth of a condition, or `undefined` when it may differ from run to run. */
export function evaluateGate(condition: SyntaxNode, surely: Surely): boolean | undefined {
  return truth(valueOf(condition, surely));
}

export function* childrenOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child;
}

/** The value of an expression. */
export function valueOf(node: SyntaxNode, surely: Surely): Value {
  const text = surely.text.slice(node.from, node.to);
  switch (node.name) {
    case "Number":
      return /^(?:0x[\da-f_]+|[\d_]+)$/i.test(text) ? Number(text.replaceAll("_", "")) : undefined;
    case "String":
      return /^[ru]?(["'])([^\\]*)\1$/i.exec(text)?.[2];
    case "Boolean":
      return text === "True";
    case "None":
      return null;
    case "TupleExpression":
    case "ArrayExpression":
    case "SetExpression":
      return itemsOf(node).map((item) => valueOf(item, surely));
    case "ParenthesizedExpression":
      return valueOf(node.firstChild!.nextSibling!, surely);
    case "UnaryExpression":
      return unary(node, surely);
    case "BinaryExpression":
      return binary(node, surely);
    case "VariableName":
    case "MemberExpression":
    case "CallExpression":
      return named(node, surely) ?? accessed(node, surely);
    default:
      return undefined;
  }
}

/** What a dotted name or a call without arguments stands for. */
function named(node: SyntaxNode, { text, names, aliases }: Surely): Value {
  const dotted = text.slice(node.from, node.to).replace(/\s/g, "");
  if (names.has(dotted)) return names.get(dotted);
  const [, first = "", rest = ""] = /^(\w+)(.*)$/.exec(dotted) ?? [];
  // `typing_extensions`, `t`, `sys.modules["typing"]` …: the last part tells.
  if (/(?:^|\.)TYPE_CHECKING$/.test(dotted)) return false;
  return names.get((aliases.get(first) ?? first) + rest);
}

/** An attribute, an item or slice, or the call of a method. */
function accessed(node: SyntaxNode, surely: Surely): Value {
  const [object, opening, ...rest] = childrenOf(node);
  if (node.name === "CallExpression") return object && opening && called(object, opening, surely);
  if (!object || !opening || node.name !== "MemberExpression") return undefined;
  const value = valueOf(object, surely);
  const last = rest.at(-1);
  if (last?.name === "PropertyName") {
    const field = FIELDS[surely.text.slice(last.from, last.to)];
    return Array.isArray(value) && field !== undefined ? value[field] : undefined;
  }
  if (!Array.isArray(value) && typeof value !== "string") return undefined;
  const inside = rest.slice(0, -1);
  const colon = inside.findIndex(({ name }) => name === ":");
  const number = (one: SyntaxNode | undefined) => one && valueOf(one, surely);
  if (colon < 0) {
    const index = number(inside[0]);
    return typeof index === "number" ? value.at(index) : undefined;
  }
  if (inside.length - colon > 2) return undefined; // with a step
  const [from, to] = [number(inside[colon - 1]) ?? 0, number(inside[colon + 1])];
  if (typeof from !== "number" || (to !== undefined && typeof to !== "number")) return undefined;
  return inside[colon + 1] && to === undefined ? undefined : value.slice(from, to);
}

function called(callee: SyntaxNode, list: SyntaxNode, surely: Surely): Value {
  const args = itemsOf(list).map((item) => valueOf(item, surely));
  const method = callee.lastChild;
  if (callee.name === "VariableName" && surely.text.slice(callee.from, callee.to) === "bool") {
    return truth(args[0]);
  }
  if (callee.name !== "MemberExpression" || method?.name !== "PropertyName") return undefined;
  const subject = valueOf(callee.firstChild!, surely);
  if (typeof subject !== "string") return undefined;
  const name = surely.text.slice(method.from, method.to);
  if (name === "lower" || name === "casefold") return subject.toLowerCase();
  if (name === "upper") return subject.toUpperCase();
  if (name === "startswith" || name === "endswith") {
    const ends = [args[0]].flat();
    if (ends.some((one) => typeof one !== "string")) return undefined;
    const test = name === "startswith" ? "startsWith" : "endsWith";
    return ends.some((one) => subject[test](one as string));
  }
  return undefined;
}

function unary(node: SyntaxNode, surely: Surely): Value {
  const value = valueOf(node.lastChild!, surely);
  const operator = surely.text.slice(node.from, node.firstChild!.to);
  if (operator === "-") return typeof value === "number" ? -value : undefined;
  const known = operator === "not" ? truth(value) : undefined;
  return known === undefined ? undefined : !known;
}

function binary(node: SyntaxNode, surely: Surely): Value {
  const left = node.firstChild!;
  const right = node.lastChild!;
  const operator = surely.text.slice(left.to, right.from).trim().replace(/\s+/g, " ");
  if (operator === "and" || operator === "or") {
    const both = [valueOf(left, surely), valueOf(right, surely)].map(truth);
    const decisive = operator === "or";
    if (both.includes(decisive)) return decisive;
    return both.includes(undefined) ? undefined : !decisive;
  }
  // `a <= b < c` is `a <= b and b < c`.
  if (left.name === "BinaryExpression") {
    const first = valueOf(left, surely);
    const second = compare(valueOf(left.lastChild!, surely), operator, valueOf(right, surely));
    if (first === false || second === false) return false;
    return first === true && second === true ? true : undefined;
  }
  return compare(valueOf(left, surely), operator, valueOf(right, surely));
}

function compare(left: Value, operator: string, right: Value): boolean | undefined {
  if (operator === "in" || operator === "not in") {
    const found = isIn(left, right);
    return found === undefined ? undefined : found === (operator === "in");
  }
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "==":
    case "is":
      return order === 0;
    case "!=":
    case "<>":
    case "is not":
      return order !== 0;
    default:
      return undefined;
  }
}

/** As Python orders: below, at or above zero. */
function orderOf(left: Value, right: Value): number | undefined {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const order = orderOf(left[i], right[i]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  if (typeof left === "string" && typeof right === "string") {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const numbers = [left, right].map((one) => typeof one === "boolean" ? Number(one) : one);
  if (numbers.every((one) => typeof one === "number")) return numbers[0]! - numbers[1]!;
  if (left === undefined || right === undefined) return undefined;
  return left === right ? 0 : NaN; // of different types: equal to nothing, and not ordered
}

function isIn(left: Value, right: Value): boolean | undefined {
  if (typeof left === "string" && typeof right === "string") return right.includes(left);
  if (!Array.isArray(right) || left === undefined) return undefined;
  const orders = right.map((one) => orderOf(left, one));
  if (orders.includes(0)) return true;
  return orders.includes(undefined) ? undefined : false;
}

function truth(value: Value): boolean | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** What stands between the brackets and commas. */
function itemsOf(node: SyntaxNode): SyntaxNode[] {
  return [...childrenOf(node)].filter(({ name }) => !/^(?:[()[\]{},]|Comment)$/.test(name));
}
