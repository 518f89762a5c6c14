const CLOSING: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/**
 * Whether what has been typed is to run now, as Python's own prompt sees it: no bracket, string or line is
 * left open, and a block has been ended with a blank line.
 *
 * @example
 * ```ts
 * import { isWhole } from "./is_whole.ts";
 * import assert from "node:assert/strict";
 *
 * assert(isWhole("x = 1"));
 * assert(!isWhole("f(1,"));
 * assert(!isWhole("for x in y:\n    print(x)"));
 * assert(isWhole("for x in y:\n    print(x)\n"));
 * ```
 */
export function isWhole(text: string): boolean {
  // A magic of the whole cell takes all lines up to a blank one.
  if (/^%%/.test(text)) return endsBlank(text);
  if (/^[%!]/.test(text)) return !text.endsWith("\\");
  const { isOpen, hasBlock } = scan(text);
  return !isOpen && (!hasBlock || endsBlank(text));
}

function endsBlank(text: string): boolean {
  return /\n[^\S\n]*$/.test(text);
}

/** Strings and comments, brackets, ends of lines, all else. */
const TOKEN =
  /("""|''')(?:\\[^]|(?!\1)[^])*(\1)?|(["'])(?:\\[^]|(?!\3)[^\\\n])*\3?|#.*|\\(?:\n|$)|[()[\]{}]|\n|[^"'#\\()[\]{}\n]+|\\/g;

function scan(text: string): { isOpen: boolean; hasBlock: boolean } {
  const open: string[] = [];
  let hasBlock = false;
  let line = "";
  for (const { 0: token, 1: long, 2: longEnd } of text.matchAll(TOKEN)) {
    if (long !== undefined && longEnd === undefined) return { isOpen: true, hasBlock };
    if (token === "\\") return { isOpen: true, hasBlock };
    if (token === "\n" && open.length === 0) {
      hasBlock ||= beginsBlock(line);
      line = "";
    } else if (CLOSING[token]) open.push(CLOSING[token]);
    else if (token === open.at(-1)) open.pop();
    // One bracket too many is an error, which Python tells.
    else if (/^[)\]}]$/.test(token)) return { isOpen: false, hasBlock: false };
    if (!token.startsWith("#") && token !== "\n") line += token;
  }
  return { isOpen: open.length > 0, hasBlock: hasBlock || beginsBlock(line) };
}

function beginsBlock(line: string): boolean {
  return /:\s*$/.test(line) || /^\s*@/.test(line);
}
