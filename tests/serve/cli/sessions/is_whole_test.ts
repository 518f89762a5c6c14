import assert from "node:assert/strict";
import { isWhole } from "../../../../lib/serve/cli/sessions/is_whole.ts";
import { runProcess } from "../../../helpers/run_process.ts";

/** What people type; Python's own prompt says which of it is whole. */
const TYPED = [
  "x = 1",
  "f(1,",
  "f(1,\n  2)",
  "x = [1, 2",
  "x = {'a': [1, (2,",
  "x = '#'",
  "x = '('",
  "x = 'it\\'s ('",
  'x = """a',
  'x = """a\nb"""',
  "x = '''a\n\"\"\"b",
  'x = "a\\\nb"',
  "x = 1 + \\",
  "x = 1 + \\\n2",
  "x = 1  # (",
  "# only a comment (",
  "for x in y:",
  "for x in y:\n    print(x)",
  "for x in y:\n    print(x)\n",
  "for x in y:\n    print(x)\n    \n",
  "for x in y:  # each",
  "if a:\n    b\nelse:",
  "if a:\n    b\nelse:\n    c\n",
  "def f(a,\n      b):\n    return a\n",
  "def f(a: int = {1: 2}):",
  "class A:\n    def f(self):\n        pass",
  "class A:\n    def f(self):\n        pass\n",
  "@decorated",
  "@decorated\ndef f():\n    pass\n",
  "with a as b:",
  "try:\n    a\nexcept B:\n    c\nfinally:\n    d\n",
  "async def f():\n    await g()\n",
  "x = {1: 2}",
  "x[1:]",
  "x = lambda: 0",
  "f'{a(1, \"b\")}'",
  "f'{x:>10}'",
  "r'\\('",
  "b'(' + rb'\\d['",
  "1 / 0)",
  "x = )",
  "x = 'abc",
  "",
  "while True:\n    '''\n    :",
  "match x:\n    case 1:\n        pass\n",
];

const WHOLE = `
import codeop, json, sys, warnings
warnings.simplefilter("ignore")
def is_whole(text):
    try:
        return codeop.compile_command(text, symbol="single") is not None
    except (SyntaxError, ValueError, OverflowError):
        return True
print(json.dumps([is_whole(text) for text in json.load(sys.stdin)]))
`;

Deno.test("a cell runs when Python's own prompt would run it", async () => {
  const { stdout, stderr, code } = await runProcess(["/usr/bin/python3", "-c", WHOLE], {
    stdin: JSON.stringify(TYPED),
  });
  assert.equal(code, 0, stderr);
  const expected = TYPED.map((text, at) => [text, JSON.parse(stdout)[at]]);
  assert.deepEqual(TYPED.map((text) => [text, isWhole(text)]), expected);
});

Deno.test("a magic is whole at its line, one for the whole cell at a blank line", () => {
  const seen = ["%timeit f(", "!ls (", "%%time\nf(", "%%time\nf()\n", "!echo \\"].map(isWhole);
  assert.deepEqual(seen, [true, true, false, true, false]);
});
