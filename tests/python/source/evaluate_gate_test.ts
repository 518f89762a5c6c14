import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { detectImports } from "../../../lib/python/source/detect_imports.ts";
import { interpreters } from "../../helpers/interpreters.ts";

const HEAD = `
import os, platform, sys, typing
import sys as _sys
import platform as plat
from os import name as os_name
from platform import system
from sys import version_info
from typing import TYPE_CHECKING
PY311 = sys.version_info >= (3, 11)
OLD: bool = version_info[:2] < (3, 11)
WINDOWS = sys.platform.startswith(("win", "cygwin"))
`;

/** Conditions that every run on one Python and one system answers alike. */
const KNOWN = [
  ...['sys.platform == "win32"', 'os.name == "nt"', "sys.platform.startswith('win')"],
  ...['platform.system() == "Windows"', 'sys.platform == "darwin"', "'linux' in sys.platform"],
  ...[
    'sys.platform in ("win32", "cygwin")',
    'sys.platform not in ["win32"]',
    '"win32" != _sys.platform',
  ],
  ...[
    "platform.system().lower() == 'windows'",
    "plat.system() in {'Windows'}",
    "system() == 'Linux'",
  ],
  ...[
    "os_name == 'posix'",
    "os.uname().sysname == 'Linux'",
    "os.uname()[0] != 'Darwin'",
    "WINDOWS",
  ],
  ...[
    "sys.version_info[:2] >= (3, 9)",
    "sys.version_info >= (3, 9, 1)",
    "(3, 12) <= sys.version_info",
  ],
  ...["not sys.version_info >= (3, 10)", "version_info >= (3, 11)", "version_info[0] == 2"],
  ...["sys.version_info.major == 3", "sys.version_info.minor < 11", "sys.version_info[1] >= 9"],
  ...[
    "(3, 8) <= sys.version_info < (3, 11)",
    "sys.version_info[:2] == (3, 9)",
    "sys.version_info < (3,)",
  ],
  ...["PY311", "not PY311", "OLD", "OLD and False"],
  ...[
    "sys.version_info[0:2] in [(3, 8), (3, 9)]",
    "sys.version_info[0] >= 3 and sys.version_info[1] >= 10",
  ],
  ...["sys.hexversion >= 0x030b0000", "sys.version[0] == '3'", "sys.version.startswith('2')"],
  ...["False", "0", "''", "None", "not True", "1", "TYPE_CHECKING", "not typing.TYPE_CHECKING"],
  ...["__name__ == '__main__'", "'__main__' != __name__", "bool(TYPE_CHECKING)", "(False) or (1)"],
  ...["platform.python_implementation() == 'PyPy'", "sys.implementation.name == 'cpython'"],
  ...["platform.python_version().startswith('3.9.')", "platform.python_version_tuple()[0] == '2'"],
];

/** Python's own answers, `None` for a name that it does not know. */
const ASK = `
import json, sys
names = {"__name__": "__main__"}
exec(sys.argv[1], names)
print(json.dumps([bool(eval(one, names)) for one in json.loads(sys.argv[2])]))
`;

async function branchTaken(head: string, condition: string, pythonVersion: string) {
  const source = `${head}if ${condition}:\n    import yaml\nelse:\n    import six\n`;
  return (await detectImports(source, { pythonVersion })).dependencies;
}

for (const { path, version } of interpreters) {
  Deno.test(`detectImports enters the branches that Python ${version} enters here`, async () => {
    const args = ["-c", ASK, HEAD, JSON.stringify(KNOWN)];
    const answers: boolean[] = JSON.parse(execFileSync(path, args, { encoding: "utf8" }));
    for (const [index, condition] of KNOWN.entries()) {
      const taken = await branchTaken(HEAD, condition, version);
      assert.deepEqual(taken, [answers[index] ? "pyyaml" : "six"], condition);
    }
  });
}

for (
  const condition of [
    "fast",
    "fast or sys.version_info < (3, 8)",
    "fast and sys.version_info >= (3, 8)",
    'os.environ.get("X") == "1"',
    "len(sys.argv) > 1",
    "sys.version_info >= (3, 12, 4)",
    "sys.platform == name",
    "platform.machine() == 'arm64'",
    "hasattr(os, 'fork')",
    "PY == 3",
    "CHANGED",
    "sys.version_info[::2] == (3, 4)",
  ]
) {
  Deno.test(`detectImports enters both branches of ${condition}`, async () => {
    const head =
      "PY = 3 if sys.version else 2\nCHANGED = os.name == 'nt'\nCHANGED = os.name == 'x'\n";
    assert.deepEqual(await branchTaken(HEAD + head, condition, "3.12"), ["pyyaml", "six"]);
  });
}

Deno.test("detectImports takes the elif that this Python enters", async () => {
  const source = `
import sys
if sys.version_info < (3, 8):
    import numpy
elif sys.platform == "win32":
    import win32api
elif sys.version_info[:2] >= (3, 9):
    import yaml
else:
    import six
`;
  assert.deepEqual((await detectImports(source, { pythonVersion: "3.12" })).dependencies, [
    "pyyaml",
  ]);
});
