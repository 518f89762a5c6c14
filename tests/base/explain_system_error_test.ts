import assert from "node:assert/strict";
import { explainSystemError } from "../../lib/base/explain_system_error.ts";

/** Errors as the system makes them here. */
function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("an error of the system is said in words, with its own text and what to do", () => {
  const errors: [RegExp, unknown][] = [
    [
      /^a file is where a folder has to be \(.*\)\. Move/,
      thrown(() => Deno.mkdirSync("/dev/null/x")),
    ],
    [
      /^a file is where a folder has to be \(.*\)\. Move/,
      thrown(() => Deno.mkdirSync("/dev/null")),
    ],
    [/^a folder of this path is gone/, thrown(() => Deno.writeTextFileSync("/none/x", ""))],
    [/^the path is too long/, thrown(() => Deno.mkdirSync(`/tmp/${"x".repeat(300)}`))],
    [/^no space is left/, thrown(() => Deno.writeTextFileSync("/dev/full", "x"))],
    [/^the file system can only be read/, new Error("attempt to write a readonly database")],
    [/^no space is left/, new Error("database or disk is full")],
    [/^the disk could not be read/, new Error("disk I/O error")],
  ];
  const byNumber: Record<number, RegExp> = {
    1: /^this user may not/,
    12: /^the system has no memory/,
    11: /^the system can start no more processes/,
    13: /^this user may not/,
    24: /^too many files are open in this process/,
    30: /^the file system can only be read/,
    69: /^the user's disk quota/,
    122: /^the user's disk quota/,
  };
  for (const [number, words] of Object.entries(byNumber)) {
    errors.push([words, new Error(`What it says (os error ${number}): open '/x'`)]);
  }
  errors.push([/^too many files are open/, new Error("OSError: [Errno 24] Too many open files")]);
  for (const [words, error] of errors) {
    const said = explainSystemError(error) ?? "";
    assert.match(said, words, String(error));
    assert(said.includes((error as Error).message.slice(0, 100)), said);
  }
});

Deno.test("an error that is not the system's is left to others", () => {
  for (const error of [new TypeError("x is not a function"), new Error("os error"), "text", null]) {
    assert.equal(explainSystemError(error), undefined);
  }
});
