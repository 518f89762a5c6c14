import assert from "node:assert/strict";
import { join } from "node:path";
import {
  describeSkippedLines,
  parseEnvFile,
  readEnvFile,
} from "../../../lib/python/environment/env_file.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const base = { BASE: "base", EMPTY: "" };
const parse = (text: string) => parseEnvFile(text, base).variables;

const readings: [what: string, text: string, variables: Record<string, string>][] = [
  ["plain values, spaces around them removed", "A = 1 \nB=two words\n", { A: "1", B: "two words" }],
  ["export", "export A=1", { A: "1" }],
  ["comments and empty lines", "# c\n\nA=1 # c\n", { A: "1" }],
  ["a # inside a value", "A=b#c\nB=#c", { A: "b#c", B: "#c" }],
  ["an empty value before a comment", "A= # c", { A: "" }],
  ["a name alone as nothing", "A=1\nB\nC=${B:-d}\nexport A # c", { C: "" }],
  ["double quotes with escapes", String.raw`A="x\ty\n\"z\" \q"`, { A: 'x\ty\n"z" \\q' }],
  ["single quotes without escapes", String.raw`A='x\ny \'z\''`, { A: "x\\ny 'z'" }],
  ["a # inside quotes", 'A="b # c" # d', { A: "b # c" }],
  ["values of several lines", "A=\"1\n2\"\nB='3\n4'\nC=5", { A: "1\n2", B: "3\n4", C: "5" }],
  ["the other variables of the file", 'A=1\nB="${A}-${A}"', { A: "1", B: "1-1" }],
  ["the variables of the server", "A=${BASE}", { A: "base" }],
  ["the file's own value before the server's", "BASE=own\nA=${BASE}", { BASE: "own", A: "own" }],
  ["defaults, for what is missing only", "A=${NO:-d}\nB=${EMPTY:-d}", { A: "d", B: "" }],
  ["missing variables as empty", "A=x${NO}y", { A: "xy" }],
  ["$name as it is", "A=pa$BASE", { A: "pa$BASE" }],
  ["Windows line ends", 'A=1\r\nB="2"\r\n', { A: "1", B: "2" }],
  ["values of several lines with Windows line ends", 'A="1\r\n2"\r\n', { A: "1\n2" }],
  ["a byte order mark", "\ufeffA=1", { A: "1" }],
  ["the last of several values", "A=1\nA=2", { A: "2" }],
  ["names such as __proto__", "__proto__=1", JSON.parse('{"__proto__": "1"}')],
];

for (const [what, text, variables] of readings) {
  Deno.test(`parseEnvFile reads ${what}`, () => assert.deepEqual(parse(text), variables));
}

const skipped: [what: string, text: string, lines: number[], variables: Record<string, string>][] =
  [
    ["a sentence", "A=1\nthis is not valid\nB=2\n", [2], { A: "1", B: "2" }],
    ["a line without a name", "\n\n=no_key\nA=1", [3], { A: "1" }],
    ["an open quote, of which only the first line", 'A=1\nB="open\nC=2', [2], { A: "1", C: "2" }],
    ["two quoted parts", `A="a"'b'\nB=2\n`, [1], { B: "2" }],
    ["text after a quote", "A='1' 2\r\nB=2\r\n= 3\r\n", [1, 3], { B: "2" }],
    ["what no environment can hold", "'A=B'=1\nC=x\0y\nD=1", [1, 2], { D: "1" }],
  ];

for (const [what, text, lines, variables] of skipped) {
  Deno.test(`parseEnvFile skips ${what}, and counts its line`, () => {
    assert.deepEqual(parseEnvFile(text, base), { variables, skippedLines: lines });
  });
}

Deno.test("describeSkippedLines names at most 20 lines, and none of their content", () => {
  const file = parseEnvFile("A=1\n" + "secret words\n".repeat(22), base);
  assert.equal(
    describeSkippedLines("/app/.env", file),
    "Lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 and 2 more of " +
      "/app/.env were skipped: they are not `NAME=value`",
  );
});

// Reads files, since Python's universal newlines count as well; counts its warnings.
const READ_WITH_DOTENV = `
import json, logging, os, sys, tempfile
from dotenv.main import DotEnv

warnings = []
class Count(logging.Handler):
    def emit(self, record):
        warnings.append(record)
logging.getLogger("dotenv.main").addHandler(Count())

def read(text):
    del warnings[:]
    with tempfile.NamedTemporaryFile("w", newline="", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        found = DotEnv(file.name, encoding="utf-8", interpolate=True).dict()
    return [list(found.items()), len(warnings)]

json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

/** Files put together at random, always the same ones, from what the rules are about. */
function oddFiles(count: number): string[] {
  const pieces = [
    ...["A", "B", "BASE", "export", "=", "=", "'", '"', "#", " ", "\t", "\n", "\n", "\r\n", "\r"],
    ...["\\", "\\n", "\\'", '\\"', "${A}", "${NO:-d}", "${", "}", ":-", "$A", "x", "é", "\ufeff"],
    ...["\xa0", "\u2028", "\x1c", "\v", "\f", "\x85", "A=1\n", "B='", 'C="', "D = x # y", "`"],
  ];
  let state = 20_26;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from(
    { length: count },
    () => Array.from({ length: 1 + random(20) }, () => pieces[random(pieces.length)]).join(""),
  );
}

Deno.test("parseEnvFile reads and skips what python-dotenv itself reads and skips", () =>
  inScene(async ({ plan, context }) => {
    const texts = [
      ...readings.map(([, text]) => text),
      ...skipped.map(([, text]) => text).filter((text) => !text.includes("\0")),
      ...["A='${BASE}'", "A=`x`", "A=pa$word#1", "A= #c", "A=", "A", "'A B'=1", "A.b-c=1", "A=é"],
      ...["A=${B}\nB=1", "A=${A:-1}${A}", "A=${}", "A=${X:-${BASE}}", 'A="\\u0041"', "A=a\\nb"],
      ...["A: 1", "A=x #y", "  export  A = 'x'  ", "A='it''s'", 'A="x"#y', "A=x\\\ny", "export=1"],
      ...['A="1\r\n2"\r\n', "export # c\nA=1", "\ufeff\ufeffA=1", "A=1\rB=2", "A='x\\\\'\nB=1"],
      ...oddFiles(5000),
    ];
    const made = await plan(READ_WITH_DOTENV, {
      dependencies: ["python-dotenv==1.2.4"],
      stdin: JSON.stringify(texts),
    });
    const ended = await runPlan(made, { ...context.baseEnv, ...base });
    assert.equal(ended.code, 0, ended.stderr);
    const theirs: [[string, string | null][], number][] = JSON.parse(ended.stdout);
    for (const [index, text] of texts.entries()) {
      const { variables, skippedLines } = parseEnvFile(text, base);
      const [all, warnings] = theirs[index]!;
      // It would fail at these only when it puts them into the environment.
      if (all.some(([name]) => name.includes("="))) continue;
      const found = all.filter(([, value]) => value !== null);
      assert.deepEqual([variables, skippedLines.length], [
        Object.fromEntries(found),
        warnings,
      ], JSON.stringify(text));
    }
  }));

async function rejectsFile(make: (path: string) => void, message: RegExp) {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, ".env");
    make(path);
    await assert.rejects(readEnvFile(path, {}), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.ok(error.message.includes(path));
      assert.match(error.message, message);
      return true;
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("readEnvFile rejects a file that is not there", () =>
  rejectsFile(() => {}, /there is no such file/));

Deno.test("readEnvFile rejects a folder", () =>
  rejectsFile((path) => Deno.mkdirSync(path), /it is a folder/));

Deno.test("readEnvFile rejects what is not UTF-8", () =>
  rejectsFile((path) => Deno.writeFileSync(path, new Uint8Array([0x41, 0x3d, 0xff])), /UTF-8/));

Deno.test("readEnvFile rejects more than 1 MiB", () =>
  rejectsFile((path) => Deno.writeFileSync(path, new Uint8Array(1024 * 1024 + 1)), /1 MiB/));

Deno.test("readEnvFile reads a file", async () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, "A=${BASE}\n");
    assert.deepEqual((await readEnvFile(path, base)).variables, { A: "base" });
  } finally {
    Deno.removeSync(path);
  }
});
