import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { declareUtf8, decodeSource } from "../../../lib/python/source/source_text.ts";

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const latin1 = (text: string) => [...text].map((char) => char.codePointAt(0)!);

const files: Record<string, number[]> = {
  "UTF-8 without a declaration": utf8("x = 'é あ'\n"),
  "UTF-8 with a byte order mark": utf8("\ufeffx = 'é'\n"),
  "a byte order mark and a declaration": utf8("\ufeff# coding: utf-8\nx = 'é'\n"),
  "Latin-1": latin1("# -*- coding: latin-1 -*-\nx = 'é \x80'\n"),
  "Latin-1 by another name, below a shebang": latin1(
    "#!/usr/bin/python\r\n# vim: set fileencoding=ISO_8859_1 :\r\nx = 'é'\r\n",
  ),
  "Shift JIS": [...latin1("# coding: shift_jis\nx = '"), 0x82, 0xa0, ...latin1("'\n")],
  "the code page of Western Windows": latin1("# coding: cp1252\nx = '\x80'\n"),
  "the code page of Japanese Windows": [...latin1("#coding=cp932\nx='"), 0x82, 0xa0, 0x27],
  "KOI8-R after an empty line": latin1("\n# coding: koi8-r\nx = '\xc1'\n"),
  "a declaration that comes too late": utf8("\n\n# coding: latin-1\nx = 'é'\n"),
  "a declaration behind code": utf8("x = 1\n# coding: latin-1\ny = 'é'\n"),
  "a declaration in a string": utf8("'''\n# coding: latin-1'''\ny = 'é'\n"),
  "two declarations": latin1("# coding: latin-1\n# coding: utf-8\nx = 'é'\n"),
};

/** What Python takes each file for. */
const READ_AS_PYTHON = `
import io, json, sys, tokenize

def read(data):
    encoding = tokenize.detect_encoding(io.BytesIO(bytes(data)).readline)[0]
    return bytes(data).decode(encoding)

json.dump([read(data) for data in json.load(sys.stdin)], sys.stdout)
`;

Deno.test("decodeSource reads what Python reads", () => {
  const theirs: string[] = JSON.parse(execFileSync("/usr/bin/python3", ["-c", READ_AS_PYTHON], {
    input: JSON.stringify(Object.values(files)),
    encoding: "utf8",
  }));
  for (const [index, [what, bytes]] of Object.entries(files).entries()) {
    assert.equal(decodeSource(new Uint8Array(bytes)), theirs[index], what);
  }
});

Deno.test("decodeSource keeps the ASCII of an encoding that it does not know", () => {
  const bytes = new Uint8Array(latin1("# coding: cp437\nimport yaml # \x82\n"));
  assert.match(decodeSource(bytes), /^import yaml/m);
});

const declarations: Record<string, [source: string, expected: string]> = {
  "of the first line": ["# -*- coding: latin-1 -*-\nx", "# -*- coding: utf-8 -*-\nx"],
  "of the second line": ["#!/bin/x\r\n# coding=shift_jis\r\nx", "#!/bin/x\r\n# coding=utf-8\r\nx"],
  "after an empty line": [" \n\f# vim:fileencoding=koi8-r\n", " \n\f# vim:fileencoding=utf-8\n"],
  "of an encoding that does not exist": ["# coding: no-such", "# coding: utf-8"],
};
for (const [what, [source, expected]] of Object.entries(declarations)) {
  Deno.test(`declareUtf8 replaces a declaration ${what}`, () => {
    assert.equal(declareUtf8(source), expected);
  });
}

for (
  const source of [
    "# coding: utf8\nx",
    "# coding: UTF-8-unix\nx",
    "x = 1\n# coding: latin-1\n",
    "\n\n# coding: latin-1\n",
    "'''# coding: latin-1'''\n",
    "# encodings: latin-1\n",
  ]
) {
  Deno.test(`declareUtf8 leaves ${JSON.stringify(source)} as it is`, () => {
    assert.equal(declareUtf8(source), source);
  });
}
