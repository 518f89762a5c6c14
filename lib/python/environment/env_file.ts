/**
 * `.env` files by the rules of python-dotenv.
 *
 * The npm packages `dotenv` and `dotenv-expand` follow other rules: they expand `$word`, cut a value
 * at any `#`, know backticks, and pass over lines that they cannot read: `pa$word#1` becomes `pa`.
 */
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

/**
 * Reads the variables of a `.env` file.
 *
 * @param path an absolute path
 * @param baseEnv what `${NAME}` means where the file itself does not set it
 */
export async function readEnvFile(
  path: string,
  baseEnv: Record<string, string>,
): Promise<Record<string, string>> {
  const fail = (rule: string) =>
    new UserError(`Cannot read env_file ${path}: ${rule}. Give the path of a .env file.`);
  let bytes: Uint8Array;
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) throw fail("it is a folder");
    if (!info.isFile) throw fail("it is not a regular file");
    if (info.size > sizeLimit) throw fail("it is larger than 1 MiB");
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fail("there is no such file");
    if (error instanceof Deno.errors.NotADirectory) throw fail("there is no such file");
    if (error instanceof Deno.errors.PermissionDenied) throw fail("it may not be read");
    throw error;
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw fail("it is not UTF-8 text");
  }
  return parseEnvFile(text, path, baseEnv);
}

/**
 * Reads the variables of a `.env` text; a name that occurs twice has its last value.
 *
 * @param path named in errors, together with the line; values never are, for they are secrets
 */
export function parseEnvFile(
  text: string,
  path: string,
  baseEnv: Record<string, string>,
): Record<string, string> {
  const variables = new Map<string, string | null>();
  const valueOf = (name: string) => variables.has(name) ? variables.get(name) ?? "" : baseEnv[name];
  for (const [name, value] of bindings(text.replace(/^\ufeff/, ""), path)) {
    variables.set(name, value === null ? null : interpolate(value, valueOf));
  }
  return Object.fromEntries(
    [...variables].filter((one): one is [string, string] => one[1] !== null),
  );
}

/** The file's variables in order; `null` for a name alone, which sets nothing. */
function* bindings(text: string, path: string): Generator<[name: string, value: string | null]> {
  let at = 0;
  /** Consumes what the sticky expression matches here. */
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match) at = expression.lastIndex;
    return match;
  };

  while (true) {
    take(/\s*/y);
    if (at === text.length) return;
    const start = at;
    const fail = (rule: string) => {
      const line = text.slice(0, start).split(/\r\n|\n|\r/).length;
      return new UserError(
        `Cannot read env_file ${path}, line ${line}: ${rule}. ` +
          'Write `NAME=value`, `NAME="quoted value"` or `# comment` there.',
      );
    };

    if (take(/#[^\r\n]*/y)) continue;
    take(/export[^\S\r\n]+/y);
    const name = take(/'([^']+)'/y)?.[1] ?? take(/[^=#\s'][^=#\s]*/y)?.[0];
    if (name === undefined) throw fail("it does not start with a name");
    const value = take(/[^\S\r\n]*=/y) ? takeValue(take) : null;
    if (value === undefined) throw fail("the quote that opens the value is not closed");
    if (!take(/[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)/y)) {
      throw fail(
        value === null
          ? "there is no `=` after the name"
          : "there is text after the quote that closes the value",
      );
    }
    if (name.includes("\0") || value?.includes("\0")) throw fail("it contains a NUL character");
    yield [name, value];
  }
}

/** The value that starts here, or `undefined` when its quote stays open. */
function takeValue(take: (expression: RegExp) => RegExpExecArray | null): string | undefined {
  // In `NAME= # comment` the value is empty, in `NAME=#1` it is not.
  if (take(/[^\S\r\n]+(?=#)/y)) return "";
  take(/[^\S\r\n]+/y);
  const single = take(/'((?:[^'\\]|\\[^])*)'/y);
  if (single) return single[1]!.replace(/\\([\\'])/g, "$1");
  const double = take(/"((?:[^"\\]|\\[^])*)"/y);
  if (double) {
    return double[1]!.replace(/\\([\\'"abfnrtv])/g, (_, letter) => doubleQuotedEscapes[letter]!);
  }
  if (take(/(?=['"])/y)) return undefined;
  // A `#` is part of an unquoted value unless white space stands before it.
  return take(/[^\r\n]*/y)![0].replace(/\s+#.*/, "").trimEnd();
}

/** Replaces `${NAME}` and `${NAME:-default}`; a name without value or default becomes empty. */
function interpolate(value: string, valueOf: (name: string) => string | undefined): string {
  return value.replace(
    /\$\{([^}:]*)(?::-([^}]*))?\}/g,
    (_, name: string, fallback: string | undefined) => valueOf(name) ?? fallback ?? "",
  );
}
