import assert from "node:assert/strict";
import { explainScriptError } from "../../../lib/python/advice/explain_script_error.ts";

const TRACEBACK = `Traceback (most recent call last):
  File "/x.py", line 3, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero
`;
const GROUP = `  + Exception Group Traceback (most recent call last):
  |   File "/x.py", line 1, in <module>
  |     raise ExceptionGroup("two", [ValueError(1), KeyError(2)])
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/x.py", line 9, in f
    | KeyError: 2
    +------------------------------------
`;

const explain = (stderr: string, more: Partial<Parameters<typeof explainScriptError>[0]> = {}) =>
  explainScriptError({ stderr, exitCode: 1, signal: null, ...more });

const ENDS: Record<string, [stderr: string, error: string]> = {
  "a traceback": [TRACEBACK, "ZeroDivisionError: division by zero"],
  "a traceback after other output": [`log\n${TRACEBACK}`, "ZeroDivisionError: division by zero"],
  "the text of sys.exit": ["warning: x\nconfig missing\n", "config missing"],
  "the text of sys.exit after a logged traceback": [
    `${TRACEBACK}config missing\n`,
    "config missing",
  ],
  "a group": [GROUP, "ExceptionGroup: two (2 sub-exceptions)"],
  "the text of sys.exit after a logged group": [`${GROUP}no way\n`, "no way"],
  "source that does not compile": [
    '  File "/x.py", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n',
    "SyntaxError: invalid syntax",
  ],
  "nothing": ["", "The script ended with exit code 1"],
};
for (const [what, [stderr, error]] of Object.entries(ENDS)) {
  Deno.test(`the error of a script that printed ${what} says ${error}`, () => {
    assert.equal(explain(stderr), error);
  });
}

Deno.test("the noted exception counts whatever was printed", () => {
  const exception = "ValueError: 1 validation error";
  assert.equal(explain(`${TRACEBACK}more\n`, { exception }), exception);
});

Deno.test("no line on stderr is the error when neither an exception nor a text was", () => {
  for (const stderr of ["slow disk\n", TRACEBACK, " 45%|####5     | 45/100 [00:04<00:05]"]) {
    assert.equal(explain(stderr, { exception: "" }), "The script ended with exit code 1");
  }
});

Deno.test("an earlier traceback is not the error when another exit code or a signal ended the script", () => {
  assert.equal(explain(TRACEBACK, { exitCode: 3 }), "The script ended with exit code 3");
  assert.equal(
    explain(TRACEBACK, { exitCode: 143, signal: "SIGTERM" }),
    "The script was ended by SIGTERM",
  );
});
