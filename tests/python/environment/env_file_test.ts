import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../../lib/base/user_error.ts";
import { parseEnvFile, readEnvFile } from "../../../lib/python/environment/env_file.ts";
import { inScene } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

const base = { BASE: "base", EMPTY: "" };
const parse = (text: string) => parseEnvFile(text, "/app/.env", base);

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
  ["a byte order mark", "\ufeffA=1", { A: "1" }],
  ["the last of several values", "A=1\nA=2", { A: "2" }],
  ["names such as __proto__", "__proto__=1", JSON.parse('{"__proto__": "1"}')],
];

for (const [what, text, variables] of readings) {
  Deno.test(`parseEnvFile reads ${what}`, () => assert.deepEqual(parse(text), variables));
}

const rejections: [what: string, text: string, message: RegExp][] = [
  ["a line without =", "A=1\nsecret words here\n", /\.env, line 2: there is no `=`/],
  ["a line without a name", "\n\n=secret", /line 3: it does not start with a name/],
  ["an open quote", 'A=1\nB="secret\nC=2', /line 2: the quote that opens the value is not closed/],
  ["text after a quote", 'A="1"\nB="2" secret', /line 2: there is text after the quote/],
];

for (const [what, text, message] of rejections) {
  Deno.test(`parseEnvFile rejects ${what} by its line and keeps the value to itself`, () => {
    assert.throws(() => parse(text), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

const READ_WITH_DOTENV = `
import io, json, logging, sys
from dotenv.main import DotEnv

class Refused(logging.Handler):
    def emit(self, record):
        raise ValueError(record.getMessage())

logging.getLogger("dotenv.main").addHandler(Refused())

def read(text):
    try:
        found = DotEnv(None, stream=io.StringIO(text), interpolate=True).dict()
    except ValueError as error:
        return str(error)
    return {name: value for name, value in found.items() if value is not None}

print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

Deno.test("parseEnvFile reads what python-dotenv itself reads, and rejects what it cannot read", () =>
  inScene(async ({ plan, context }) => {
    const texts = [
      ...readings.map(([, text]) => text.replace(/^\ufeff/, "")),
      ...rejections.map(([, text]) => text),
      ...["A='${BASE}'", "A=`x`", "A=pa$word#1", "A= #c", "A=", "A", "'A B'=1", "A.b-c=1", "A=é"],
      ...["A=${B}\nB=1", "A=${A:-1}${A}", "A=${}", "A=${X:-${BASE}}", 'A="\\u0041"', "A=a\\nb"],
      ...["A: 1", "A=x #y", "  export  A = 'x'  ", "A='it''s'", 'A="x"#y', "A=x\\\ny", "export=1"],
    ];
    const made = await plan(READ_WITH_DOTENV, {
      dependencies: ["python-dotenv==1.2.4"],
      stdin: JSON.stringify(texts),
    });
    const ended = await runPlan(made, { ...context.baseEnv, ...base });
    assert.equal(ended.code, 0, ended.stderr);
    const theirs: unknown[] = JSON.parse(ended.stdout);
    for (const [index, text] of texts.entries()) {
      if (typeof theirs[index] === "string") assert.throws(() => parse(text), UserError, text);
      else assert.deepEqual(parse(text), theirs[index], text);
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
    assert.deepEqual(await readEnvFile(path, base), { A: "base" });
  } finally {
    Deno.removeSync(path);
  }
});
