/**
 * What to do about a permission that Deno refused, to stand behind the refusal's own message.
 *
 * @example
 * ```ts
 * import { permissionAdvice } from "./permission_advice.ts";
 * import assert from "node:assert/strict";
 *
 * const refusal = 'Requires write access to "/x", run again with the --allow-write flag';
 * assert.match(permissionAdvice(refusal), /`main.ts permissions` prints/);
 * ```
 */
export function permissionAdvice(message: string): string {
  const loader = /with (\w+) environment variable/.exec(message)?.[1];
  if (loader !== undefined) return loaderAdvice(loader);
  return "Start it with that permission, or with -A; `main.ts permissions` prints all that it needs.";
}

/** What to do where such a variable is set: under a list of programs Deno passes none of them on. */
export function loaderAdvice(name: string): string {
  return `Unset ${name} for the server, or start it with --allow-run without a list of programs, ` +
    "or with -A.";
}

/** The variables for which a scoped `--allow-run` is not enough; they change what a program loads. */
export function loaderVariables(env: Record<string, string>): string[] {
  return Object.keys(env).filter((name) => /^(LD|DYLD)_/.test(name));
}
