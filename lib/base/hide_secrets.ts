/** User names and passwords in URLs; a password may hold `/`, `@` and `:`. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@:]*:[^\s@]*@)?(?:[^\s/]*@)?/gi;
/** Values in the query of a URL that open something. */
const TOKENS = /([?&][\w-]*(?:token|key|secret|password|auth|sig(?:nature)?)=)[^&\s"'`)]+/gi;

/**
 * A text without the user names, passwords and tokens of the URLs in it; rather too much goes than too
 * little. What prepares environments has the same in Python (`uv_output.py`).
 *
 * @example
 * ```ts
 * import { hideSecrets } from "./hide_secrets.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   hideSecrets("https://me:pass/word@host/simple?token=abc&page=2"),
 *   "https://****@host/simple?token=****&page=2",
 * );
 * ```
 */
export function hideSecrets(text: string): string {
  return text
    .replace(CREDENTIALS, (url, scheme) => url === scheme ? url : `${scheme}****@`)
    .replace(TOKENS, "$1****");
}

/** Whether a text holds something that {@linkcode hideSecrets} would hide. */
export function holdsSecrets(text: string): boolean {
  return hideSecrets(text) !== text;
}
