/** What fetches a package, and what the line must hold for a lock or a pin to name it. */
const FETCHES: [fetch: RegExp, pinned: RegExp][] = [
  [/["']npm:/, /["']npm:\/?(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+[^"']*["']/],
  [/\bnpx /, /\bnpx -y deno@\d+\.\d+\.\d+ /],
  [/--no-lock\b/, /(?!)/],
  [
    /^(\S+ -m |uv )?pip3? install\b|["']pip["'], ["']install["']|\buvx\b|\buv tool\b/,
    /==|--exclude-newer=/,
  ],
  [
    /\bdeno (run|test|check|cache|install|bench)\b[^&]*(\btests\b|\bexamples\b|--doc)/,
    /--lock=tests\/deno\.lock --frozen|tests\/run\.ts/,
  ],
];

/**
 * The lines of a source, comments left out, that fetch a package which no lock and no exact version names.
 *
 * @example
 * import assert from "node:assert/strict";
 * assert.deepEqual(unnamedFetches("npx -y cowsay hello\n"), ["npx -y cowsay hello"]);
 */
export function unnamedFetches(source: string): string[] {
  return source.split("\n").map((line) => line.trim()).filter((line) =>
    !/^(\*|\/\/|#)/.test(line) &&
    FETCHES.some(([fetch, pinned]) => fetch.test(line) && !pinned.test(line))
  );
}
