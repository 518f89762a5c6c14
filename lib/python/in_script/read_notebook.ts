import { UserError } from "../../base/user_error.ts";

/** A cell of a notebook, whatever the version of the file. */
export interface Cell {
  isCode: boolean;
  source: string;
  tags: string[];
}

type Json = Record<string, unknown>;

/** The cell types of all versions of the format, some of old ones. */
const TYPES = ["code", "markdown", "raw", "html", "heading", "plaintext", "text"];
/** Where each version of the format has the text of a code cell. */
const SOURCE_IN: Record<number, string> = { 1: "code", 2: "input", 3: "input", 4: "source" };

/**
 * Reads the cells of a Jupyter notebook as `nbformat` does.
 *
 * What nbformat reads wrongly, so that nothing would run and nobody be told (a file without its
 * version, an unknown type of cell), is refused.
 *
 * @param text the notebook, without a byte order mark
 * @throws UserError when it is not a notebook of Python
 */
export function readNotebook(text: string, path: string): Cell[] {
  const refuse = (what: string, fix = "Save it again in Jupyter") =>
    new UserError(`Cannot run the notebook ${path}: ${what}. ${fix}.`);
  const notebook = parse(text);
  const cells = isObject(notebook) ? listCells(notebook) : undefined;
  if (!isObject(notebook) || cells === undefined) {
    throw refuse(
      "it is not a Jupyter notebook (JSON with a list of `cells`)",
      "Save it again in Jupyter, or give a Python file",
    );
  }
  const version = versionOf(notebook, cells, refuse);
  const language = languageOf(notebook);
  if (language !== undefined && !/^i?python\d?$/i.test(language)) {
    throw refuse(
      `it is written in ${language}, and only Python runs here`,
      "Run it in Jupyter with that kernel",
    );
  }
  return cells.map((cell, at) => {
    const problem = problemOf(cell, version);
    if (problem !== undefined) throw refuse(`its cell ${at + 1} ${problem}`);
    return readCell(cell as Json, SOURCE_IN[version]!);
  });
}

/** JSON as Python reads it: with `NaN` and `Infinity`, which outputs may hold. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const numbers = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
    const readable = text.replace(numbers, (one) => one.startsWith('"') ? one : "null");
    try {
      return JSON.parse(readable);
    } catch {
      return undefined;
    }
  }
}

function listCells({ cells, worksheets }: Json): unknown[] | undefined {
  if (Array.isArray(cells)) return cells;
  if (!Array.isArray(worksheets)) return undefined;
  return worksheets.flatMap((sheet) => isObject(sheet) ? sheet.cells ?? [] : []);
}

function versionOf(
  notebook: Json,
  cells: unknown[],
  refuse: (what: string, fix?: string) => Error,
) {
  const { nbformat, nbformat_minor: minor, metadata } = notebook;
  // The first version did not say which it was.
  const isFirst = nbformat === undefined &&
    cells.some((cell) => isObject(cell) && typeof cell.code === "string");
  const version = isFirst ? 1 : nbformat;
  if (typeof version !== "number" || SOURCE_IN[version] === undefined) {
    throw refuse(
      `its \`nbformat\` is ${JSON.stringify(nbformat) ?? "missing"}, and must be 4 (or 1, 2, 3)`,
      'Save it again in Jupyter, or add `"nbformat": 4, "nbformat_minor": 5`',
    );
  }
  if (version === 4 && minor !== undefined && !Number.isInteger(minor)) {
    throw refuse(
      `its \`nbformat_minor\` is ${JSON.stringify(minor)}, and must be an integer`,
      'Save it again in Jupyter, or set `"nbformat_minor": 5`',
    );
  }
  const list = version === 2 || version === 3 ? "worksheets" : "cells";
  if (!Array.isArray(notebook[list])) {
    throw refuse(`it has no \`${list}\`, as \`nbformat\` ${version} has`);
  }
  if (version !== 1 && !isObject(metadata)) {
    throw refuse("it has no `metadata`", 'Save it again in Jupyter, or add `"metadata": {}`');
  }
  return version;
}

/** What nbformat would not read, or not run. */
function problemOf(cell: unknown, version: number): string | undefined {
  if (!isObject(cell)) return "is not an object";
  const { cell_type: type } = cell;
  if (typeof type !== "string" || !TYPES.includes(type)) {
    return `has the \`cell_type\` ${JSON.stringify(type) ?? "(none)"}, which must be one of ` +
      "code, markdown, raw";
  }
  if (version === 4 && !isObject(cell.metadata)) return "has no `metadata`";
  const name = type === "code" || version === 4 ? SOURCE_IN[version]! : undefined;
  if (name !== undefined && !isText(cell[name])) {
    return `has no text in \`${name}\`, where notebooks of \`nbformat\` ${version} have it`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string" ||
    Array.isArray(value) && value.every((line) => typeof line === "string");
}

function readCell(cell: Json, name: string): Cell {
  const { tags } = isObject(cell.metadata) ? cell.metadata : {} as Json;
  return {
    isCode: cell.cell_type === "code",
    source: [cell[name] ?? ""].flat().join(""),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
  };
}

/** The names of kernels that do not say their language. */
const OTHER_KERNELS =
  /^(?:ir|julia|bash|javascript|deno|tslab|scala|almond|rust|evcxr|gophernotes|gonb|iruby|ruby|octave|matlab|java|ijava|kotlin|clojure|\.net|xcpp|xeus|perl|php|sas|stata|lua|haskell|ihaskell)/i;

function languageOf({ metadata }: Json): string | undefined {
  const { kernelspec, language_info } = isObject(metadata) ? metadata : {} as Json;
  const kernel = isObject(kernelspec) ? kernelspec : {};
  const info = isObject(language_info) ? language_info : {};
  const name = textOf(kernel.name) ?? "";
  return textOf(kernel.language) ?? textOf(info.name) ??
    (OTHER_KERNELS.test(name) ? name : undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
