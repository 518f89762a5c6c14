import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { decodeRequirements } from "../../../lib/python/requirements/decode_requirements.ts";

const files = {
  "UTF-8": "b'idna # \\xc3\\xa9'",
  "UTF-8 with a mark": "b'\\xef\\xbb\\xbfidna\\n'",
  "UTF-16 as PowerShell writes it": "'idna==3.4\\r\\nsix\\r\\n'.encode('utf-16')",
  "big-endian UTF-16": "b'\\xfe\\xff' + 'idna'.encode('utf-16-be')",
  "a declared encoding": "'# -*- coding: latin-1 -*-\\nidna # é'.encode('latin-1')",
  "one declared in the second line":
    "'\\n'.join(['# x', '# coding=cp1252', 'idna # €']).encode('cp1252')",
  "one declared too late": "b'# x\\n# y\\n# coding: latin-1\\nidna # \\xc3\\xa9'",
};

Deno.test("decodeRequirements reads what pip reads", () => {
  const program = `
import json, sys
from pip._internal.utils.encoding import auto_decode
files = [${Object.values(files).join(", ")}]
print(json.dumps([[list(one), auto_decode(one)] for one in files]))
`;
  const env = { ...Deno.env.toObject(), PYTHONUTF8: "1" };
  const answer = execFileSync("/usr/bin/python3", ["-c", program], { env, encoding: "utf8" });
  const all: [bytes: number[], text: string][] = JSON.parse(answer);
  for (const [index, what] of Object.keys(files).entries()) {
    const [bytes, text] = all[index]!;
    assert.equal(decodeRequirements(new Uint8Array(bytes)), text, what);
  }
});
