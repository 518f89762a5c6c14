/**
 * `.env` files as python-dotenv reads them, held to it by a differential test.
 *
 * The npm packages `dotenv` and `dotenv-expand` follow other rules: they expand `$word`, cut a value
 * at any `#` and know backticks: `pa$word#1` becomes `pa`.
 */
import { readWhereItIs } from "../../base/read_foreign_file.ts";
import { UserError } from "../../base/user_error.ts";

/** The size up to which a file is taken for a `.env` file, in bytes. */
const sizeLimit = 1024 * 1024;

const doubleQuotedEscapes: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** What a `.env` file sets. */
export interface EnvFile {
  /** A name that occurs twice has its last value. */
  variables: Record<string, string>;
  /** The lines, counted from 1, of the statements that were skipped because they cannot be read. */
  skippedLines: number[];
}

/**
 * Reads the variables of a `.env` file.
 *
 * @param path an absolute path
 * @param baseEnv what `${NAME}` means where the file itself does not set it
 * @param check throws where the file must not be read; it gets the real path of what was opened
 * @throws {UserError} when the file cannot be read as a whole
 */
export async function readEnvFile(
  path: string,
  baseEnv: Record<string, string>,
  check: (path: string) => void = () => {},
): Promise<EnvFile> {
  const fail = (rule: string) =>
    new UserError(`Cannot read env_file ${path}: ${rule}. Give the path of a .env file.`);
  let bytes: Uint8Array;
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) throw fail("it is a folder");
    if (!info.isFile) throw fail("it is not a regular file");
    if (info.size > sizeLimit) throw fail("it is larger than 1 MiB");
    const opened = readWhereItIs(path, sizeLimit);
    if (!opened) throw fail("it was replaced just now");
    check(opened.realPath);
    bytes = opened.bytes;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fail("there is no such file");
    if (error instanceof Deno.errors.NotADirectory) throw fail("there is no such file");
    if (error instanceof Deno.errors.PermissionDenied) throw fail("it may not be read");
    throw error;
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw fail("it is not UTF-8 text");
  }
  return parseEnvFile(text, baseEnv);
}

/** Says which lines of a file were skipped, in a sentence without their content: it may be secret. */
export function describeSkippedLines(path: string, { skippedLines }: EnvFile): string | undefined {
  if (skippedLines.length === 0) return undefined;
  const shown = skippedLines.slice(0, 20).join(", ");
  const more = skippedLines.length > 20 ? ` and ${skippedLines.length - 20} more` : "";
  return skippedLines.length === 1
    ? `Line ${shown} of ${path} was skipped: it is not \`NAME=value\``
    : `Lines ${shown}${more} of ${path} were skipped: they are not \`NAME=value\``;
}

/** Reads the variables of a `.env` text. */
export function parseEnvFile(text: string, baseEnv: Record<string, string>): EnvFile {
  const variables = new Map<string, string | null>();
  const skippedLines: number[] = [];
  const valueOf = (name: string) => variables.has(name) ? variables.get(name) ?? "" : baseEnv[name];
  // Python opens text files with universal newlines.
  const lines = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  for (const { line, name, value } of statements(lines)) {
    // python-dotenv reads these names and values, but no environment can hold them.
    if (name === undefined || /[=\0]/.test(name) || value?.includes("\0")) skippedLines.push(line);
    else variables.set(name, value === null ? null : interpolate(value, valueOf));
  }
  const set = [...variables].filter((one): one is [string, string] => one[1] !== null);
  return { variables: Object.fromEntries(set), skippedLines };
}

/** A statement of the file: `value` is `null` for a name alone, which sets nothing. */
interface Statement {
  line: number;
  /** Absent where the statement cannot be read. */
  name?: string;
  value: string | null;
}

// What Python counts as white space: JavaScript leaves the separators out and takes U+FEFF in.
const white =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const blank = white.replace("\\t-\\r", "\\t\\v\\f");
const anySpace = new RegExp(`[${white}]*`, "y");
const space = new RegExp(`[${blank}]*`, "y");
const beforeValue = new RegExp(`[${blank}]*=`, "y");
const exported = new RegExp(`export[${blank}]+`, "y");
const plainName = new RegExp(`[^=#'${white}][^=#${white}]*`, "y");
const endOfLine = new RegExp(`(?:[${blank}]*#[^\\n]*)?[${blank}]*(?:\\n|$)`, "y");
const trailingComment = new RegExp(`[${white}]+#[^\\n]*`, "g");
const trailingSpace = new RegExp(`[${white}]+$`);

/** The statements in order. After an unreadable one, reading goes on with the next line. */
function* statements(text: string): Generator<Statement> {
  let at = 0;
  /** Consumes what the sticky expression matches here. */
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match) at = expression.lastIndex;
    return match;
  };
  let line = 1;
  let counted = 0;
  while (true) {
    take(anySpace);
    if (at === text.length) return;
    for (; counted < at; counted++) if (text[counted] === "\n") line++;
    take(exported);
    const isComment = text[at] === "#";
    const name = isComment ? undefined : take(/'([^']+)'/y)?.[1] ?? take(plainName)?.[0];
    const hasStart = isComment || name !== undefined;
    const hasValue = name !== undefined && take(beforeValue) !== null;
    const value = hasValue ? takeValue(take) : null;
    const isReadable = hasStart && value !== undefined && take(endOfLine) !== null;
    if (!isReadable) {
      take(/[^\n]*\n?/y);
      yield { line, value: null };
    } else if (name !== undefined) yield { line, name, value };
  }
}

/** The value that follows the `=`, or `undefined` when its quote stays open. */
function takeValue(take: (expression: RegExp) => RegExpExecArray | null): string | undefined {
  // In `NAME= # comment` the value is empty, in `NAME=#1` it is not.
  if (take(space)![0] !== "" && take(/(?=#)/y)) return "";
  const single = take(/'((?:[^'\\]|\\[^])*)'/y);
  if (single) return single[1]!.replace(/\\([\\'])/g, "$1");
  const double = take(/"((?:[^"\\]|\\[^])*)"/y);
  if (double) {
    return double[1]!.replace(/\\([\\'"abfnrtv])/g, (_, letter) => doubleQuotedEscapes[letter]!);
  }
  if (take(/(?=['"])/y)) return undefined;
  // A `#` is part of an unquoted value unless white space stands before it.
  return take(/[^\n]*/y)![0].replace(trailingComment, "").replace(trailingSpace, "");
}

/** Replaces `${NAME}` and `${NAME:-default}`; a name without value or default becomes empty. */
function interpolate(value: string, valueOf: (name: string) => string | undefined): string {
  return value.replace(
    /\$\{([^}:]*)(?::-([^}]*))?\}/g,
    (_, name: string, fallback: string | undefined) => valueOf(name) ?? fallback ?? "",
  );
}
