/**
 * `.env` files by the rules of python-dotenv.
 *
 * The npm packages of that name follow other rules: they expand `$word`, cut a value at any `#`,
 * know backticks, and pass over lines that they cannot read, so `pa$word#1` would come out maimed.
 */
import { UserError } from "../base/user_error.ts";

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
  const variables: Record<string, string> = Object.create(null);
  for (const [name, value] of bindings(text.replace(/^\ufeff/, ""), path)) {
    variables[name] = interpolate(value, (other) => variables[other] ?? baseEnv[other]);
  }
  return { ...variables };
}

function* bindings(text: string, path: string): Generator<[name: string, value: string]> {
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
    if (!take(/[^\S\r\n]*=/y)) throw fail("there is no `=` after the name");
    // In `NAME= # comment` the value is empty, in `NAME=#1` it is not.
    const value = take(/[^\S\r\n]+(?=#)/y) ? "" : takeValue(take);
    if (value === undefined) throw fail("the quote that opens the value is not closed");
    if (!take(/[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)/y)) {
      throw fail("there is text after the quote that closes the value");
    }
    if (name.includes("\0") || value.includes("\0")) throw fail("it contains a NUL character");
    yield [name, value];
  }
}

/** The value that starts here, or `undefined` when its quote stays open. */
function takeValue(take: (expression: RegExp) => RegExpExecArray | null): string | undefined {
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
