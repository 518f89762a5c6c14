import { deepStrictEqual, ok } from "node:assert/strict";
import { parser } from "@lezer/python";
import { dependencies, found } from "../../helpers/detected.ts";
import { longScript } from "../../helpers/long_script.ts";

// Syntax of every version, and source that no version accepts.

for (
  const [what, source] of Object.entries({
    "a match statement":
      "match x:\n  case {'a': [1, *_], **rest} if (y := 3): pass\n  case A(b=0): pass",
    "a soft keyword as a name": "match = case = type = 1\nprint(match, type)\ncase.x = 2",
    "a walrus": "while (chunk := f.read(10)): pass\nx = [y := 1, y ** 2]",
    "a type statement": "type A[T: int = str, *Ts, **P] = dict[T, list[A]]",
    "type parameters": "def f[T: (int, str)](x: T) -> T: ...\nclass A[T](B[T], metaclass=M): ...",
    "a nested f-string": "x = f'{d['a']} {f'{'#'}' + \"(\"!r:>{w}}'",
    "an f-string with a triple-quoted part": 'x = f"""{\'""\'} {x!r}\n  {y:{z}}"""',
    "except*": "try:\n  pass\nexcept* (A, B) as e:\n  pass",
    "except without brackets": "try:\n  pass\nexcept A, B:\n  pass",
    "a t-string": 'x = t"{name} {t"{inner}"}"',
    "with in brackets": "with (open(a) as b,\n      open(c) as d):\n  pass",
    "positional-only parameters": "def f(a, /, b, *, c): return lambda: (yield)",
    "decorator expressions": "@a.b[0](c := 1)\ndef f(): pass",
    "star expressions": "print(*a, **b)\nx = *a, *b\ny[*a]",
    "a Python 2 print": 'print "a", b\nprint >>f, "x" % y,\nprint',
    "other Python 2 statements": 'exec "code" in ns\nraise E, "x"\nx = `y` <> 0777L\nur"x"',
    "a Python 2 handler": "try:\n  pass\nexcept E, e:\n  pass",
    "an open bracket": "x = foo(1, [2, 3",
    "an open string": "x = 'abc\ny = \"def",
    "a stray bracket": "x = 1))\n}",
    "a broken statement": "def f(:\n  retrun 1 1\nclass\nfor in x",
    "wrong indentation": "if x:\n      y = 1\n   z = 2\n\tw = 3",
    "a half-written import": "from\nimport\nfrom numpy.",
    "a merge conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other",
    "a notebook command": "%matplotlib inline\n!pip install x",
  })
) {
  Deno.test(`detectImports finds the imports after ${what}`, async () => {
    const after = "import yaml\ndef later():\n    from PIL import Image\n";
    const found = await dependencies(`${source}\n${after}`);
    deepStrictEqual(found.filter((name) => name !== "numpy"), ["pyyaml", "pillow"]);
  });
}

Deno.test("detectImports keeps try and except together when they are of Python 3.14", async () => {
  const source = "try:\n  import no_such\nexcept ImportError, OSError:\n  import yaml\n";
  deepStrictEqual(await found(source, { pythonVersion: "3.14" }), {
    imports: ["no_such", "yaml"],
    dependencies: ["pyyaml"],
    unknown: [],
  });
});

Deno.test("detectImports keeps branches apart when their bodies have no imports", async () => {
  const source = `
try:
    import no_such
    x = 1
except OSError as e:
    print(e)
except ImportError: x = 2
except (ValueError, ImportError):  # the older name
    import yaml
`;
  deepStrictEqual(await dependencies(source), ["pyyaml"]);
});

// Milliseconds are measured by the bench: on a busy machine they say little.
Deno.test("detectImports takes at most a quarter of a full parse when the script has 20,000 lines", async () => {
  const source = longScript();
  ok(source.split("\n").length > 20_000);

  const ours: number[] = [];
  const full: number[] = [];
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    deepStrictEqual(await dependencies(source), ["pyyaml"]);
    const between = performance.now();
    parser.parse(source);
    ours.push(between - start);
    full.push(performance.now() - between);
  }
  ok(4 * Math.min(...ours) < Math.min(...full), `took ${ours} ms, a full parse ${full} ms`);
});
