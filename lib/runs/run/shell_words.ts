/**
 * Words as a shell would read them.
 *
 * @example
 * ```ts
 * import { shellWords } from "./shell_words.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shellWords(["--name", "Ada L.", "it's"]), `--name 'Ada L.' 'it'\\''s'`);
 * ```
 */
export function shellWords(words: string[]): string {
  return words
    .map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
}
