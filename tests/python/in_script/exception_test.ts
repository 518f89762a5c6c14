import assert from "node:assert/strict";
import { join } from "node:path";
import { compiledRuntime } from "../../helpers/compiled_runtime.ts";
import { interpreters } from "../../helpers/interpreters.ts";
import { PythonProcess } from "../../helpers/python_process.ts";

/**
 * What is noted of each script: `""` that neither an exception nor a text ended it, `undefined` nothing.
 * Python 3.8 can tell exceptions only.
 */
const ENDINGS: Record<string, [source: string, line: string | undefined]> = {
  "an exception": ["1/0", "ZeroDivisionError: division by zero"],
  "one without a message": ["raise KeyError", "KeyError"],
  "one of a library": ["import json; json.loads('')", undefined],
  "one of its own": ["class MyError(Exception): pass\nraise MyError('x')", "MyError: x"],
  "a message of several lines": ["raise ValueError('\\nfirst\\nsecond')", "ValueError: first"],
  "source that does not compile": ["x = = 1", "SyntaxError: invalid syntax"],
  "the last of a chain": ["try: 1/0\nexcept ArithmeticError: {}['key']", "KeyError: 'key'"],
  "a message that cannot be told": [
    "class E(Exception):\n  def __str__(self): 1/0\nraise E()",
    "E: <exception str() failed>",
  ],
  "an interrupt": ["import os, signal\nos.kill(os.getpid(), signal.SIGINT)", "KeyboardInterrupt"],
  "sys.exit with a text": ["import sys; sys.exit('text')", "text"],
  "sys.exit with a text of several lines": ["raise SystemExit('\\ntext\\nmore')", "text"],
  "sys.exit with an object": ["import sys; sys.exit(('a', 1))", "('a', 1)"],
  "sys.exit with a text after other lines": [
    "import sys\nprint('a', file=sys.stderr)\nsys.exit('text')",
    "text",
  ],
  "sys.exit with a number after lines on stderr": [
    "import logging, sys\nlogging.warning('a')\nprint('b', file=sys.stderr)\nsys.exit(1)",
    "",
  ],
  "an exception that was caught": ["try: 1/0\nexcept ArithmeticError: raise SystemExit(1)", ""],
  "sys.exit with a text to another stderr": [
    "import sys\nclass Tee:\n  def __init__(self, to): self.to = to\n" +
    "  def write(self, text): self.to.write(text)\n  def flush(self): pass\n" +
    "sys.stderr = Tee(sys.stderr); sys.exit('text')",
    undefined,
  ],
  "sys.exit after a logged exception": [
    "import sys, traceback\ntry: 1/0\nexcept Exception: traceback.print_exc()\nsys.exit('no')",
    "no",
  ],
  "os._exit": ["import os\nos._exit(1)", undefined],
  "an end without failure": ["print(1)", ""],
  "the exception of a child process": [
    "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '1/0'])",
    "",
  ],
  "the exception of a forked child": [
    "import os\npid = os.fork()\nif pid == 0: 1/0\nos.waitpid(pid, 0)",
    "",
  ],
  "the exception of a thread": [
    "import threading\nthread = threading.Thread(target=lambda: 1/0)\nthread.start(); thread.join()",
    "",
  ],
};
ENDINGS["one of a library"]![1] =
  "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)";

const runtime = compiledRuntime();

for (const { path, version } of interpreters) {
  Deno.test(`a script's last exception is noted, and no other, when Python is ${version}`, async (t) => {
    const home = Deno.makeTempDirSync();
    try {
      const { env } = await runtime(path);
      const minor = Number(version.split(".")[1]);
      const group: typeof ENDINGS = minor >= 11
        ? {
          "a group": [
            "raise ExceptionGroup('two', [ValueError(1), KeyError(2)])",
            "ExceptionGroup: two (2 sub-exceptions)",
          ],
        }
        : {};
      for (const [what, [source, line]] of Object.entries({ ...ENDINGS, ...group })) {
        await t.step(what, async () => {
          const folder = Deno.makeTempDirSync({ dir: home });
          const script = join(folder, "script.py");
          Deno.writeTextFileSync(script, source);
          const progress = { PYTHON_MCP_PROGRESS_FILE: join(folder, "progress.json") };
          await using python = await PythonProcess.start(path, [script], {
            ...env(undefined),
            ...progress,
          });
          await python.ended;
          const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
          const found = names.includes("exception")
            ? Deno.readTextFileSync(join(folder, "exception"))
            : undefined;
          const isException = line !== "" && !what.startsWith("sys.exit");
          assert.equal(found, isException || minor >= 9 ? line : undefined);
        });
      }
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  });
}
