import assert from "node:assert/strict";
import { join } from "node:path";
import { SessionScene } from "../helpers/session_scene.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** What cells answer, print and leave, in sessions of a plain Python. */

type Json = Record<string, unknown>;

const scene = await SessionScene.create();

/** What a cell answers, without what differs from run to run. */
const CELLS: { name: string; code: string; expected: Json }[] = [
  {
    name: "the last expression's text",
    code: "41 + 1",
    expected: { result: "42", exception: null },
  },
  { name: "no result for a statement", code: "a = 1", expected: { result: null, stdout: "" } },
  {
    name: "what it prints",
    code: "print('out')\nimport sys\nprint('err', file=sys.stderr)",
    expected: { stdout: "out\n", stderr: "err\n" },
  },
  {
    name: "a result of top-level await",
    code: "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    expected: { result: "'awaited'" },
  },
  {
    name: "what a loop of asyncio returns",
    code: "import asyncio\nasyncio.get_event_loop().run_until_complete(asyncio.sleep(0, 'ended'))",
    expected: { result: "'ended'" },
  },
  {
    name: "what asyncio.run returns",
    code: "import asyncio\nasyncio.run(asyncio.sleep(0, 'ran'))",
    expected: { result: "'ran'" },
  },
  {
    name: "a traceback of its own lines",
    code: "def f():\n    return 1 / 0\n\nf()",
    expected: {
      exception: "ZeroDivisionError: division by zero",
      result: null,
      stderr:
        /^Traceback \(most recent call last\):\n {2}File "<cell \d+>", line 4, in <module>\n {4}f\(\)\n {2}File "<cell \d+>", line 2, in f\n {4}return 1 \/ 0\n/,
    },
  },
  {
    name: "a syntax error with its line, and runs nothing",
    code: "print('never')\nx = (\n",
    expected: {
      stdout: "",
      stderr: /^ {2}File "<cell \d+>", line 2\n {4}x = \(\n/,
      exception: /^SyntaxError: /,
    },
  },
  {
    name: "that exit() ends nothing",
    code: "exit()",
    expected: { stdout: /py_session_end/, exception: null },
  },
  {
    name: "sys.exit() as an exception",
    code: "import sys; sys.exit(3)",
    expected: { exception: "SystemExit: 3" },
  },
  {
    name: "a short traceback of an endless recursion",
    code: "def r(n): return r(n + 1)\nr(0)",
    expected: { exception: /^RecursionError: /, stderr: /Previous line repeated \d+ more times/ },
  },
  {
    // As Python itself shows it.
    name: "the last 1000 frames of a deeper recursion",
    code: "import sys\nlimit = sys.getrecursionlimit()\nsys.setrecursionlimit(10**6)\n" +
      "def deep(n): return deep(n + 1) if n < 100000 else 1 / 0\ndeep(0)",
    expected: {
      exception: "ZeroDivisionError: division by zero",
      stderr: /Previous line repeated 99\d more times/,
    },
  },
  {
    name: "nothing for a statement that restores the limit",
    code: "sys.setrecursionlimit(limit)",
    expected: { result: null, stderr: "" },
  },
  {
    name: "what a process prints",
    code: "import subprocess\nsubprocess.run(['echo', 'child'])\nNone",
    expected: { stdout: "child\n" },
  },
  {
    name: "what workers return",
    code:
      "import multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
    expected: { stdout: "[1, 2]\n" },
  },
  {
    name: "once what it prints when it forks",
    code:
      "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\nprint('parent' if pid else 'child')",
    expected: { stdout: "child\nparent\n" },
  },
  {
    name: "the exit code of what it forks",
    code: "def code(how):\n    pid = os.fork()\n    if not pid: how()\n" +
      "    return os.WEXITSTATUS(os.waitpid(pid, 0)[1])\n" +
      "import sys\n[code(lambda: sys.exit(3)), code(sys.exit), code(lambda: sys.exit('bye')), code(lambda: 1 / 0)]",
    expected: { result: "[3, 0, 1, 1]", stderr: /^bye\n.*ZeroDivisionError/s },
  },
  { name: "code with a byte order mark", code: "\ufeff40 + 2", expected: { result: "42" } },
  {
    name: "after it has closed stdout",
    code: "import sys; sys.stdout.close()",
    expected: { exception: null },
  },
  { name: "what is printed then", code: "print('still')", expected: { stdout: "still\n" } },
  {
    name: "after it has replaced stdout",
    code: "import sys, io; sys.stdout = io.StringIO(); print('gone')",
    expected: { stdout: "" },
  },
  { name: "what is printed after that", code: "print('there')", expected: { stdout: "there\n" } },
  {
    name: "after it has closed descriptor 1",
    code: "import os; os.close(1)",
    expected: { exception: null },
  },
  {
    name: "what is printed after that too",
    code: "print('again')",
    expected: { stdout: "again\n" },
  },
  {
    name: "with an exception's lines after it has closed stderr",
    code: "sys.stderr.close(); 1 / 0",
    expected: { stderr: /ZeroDivisionError/, exception: "ZeroDivisionError: division by zero" },
  },
  {
    name: "with an exception after it has closed descriptor 2",
    code: "os.close(2); 1 / 0",
    expected: { exception: "ZeroDivisionError: division by zero" },
  },
  {
    name: "without what it prints to a descriptor that it has closed",
    code: "os.close(1); print('lost')",
    expected: { stdout: "", exception: null },
  },
  {
    name: "the next cell's output alone, and its variables",
    code: "print('mine'); a",
    expected: { stdout: "mine\n", stderr: "", result: "1" },
  },
];

Deno.test("py_session_run answers", async (t) => {
  for (const [index, { name, code, expected }] of CELLS.entries()) {
    await t.step(name, async () => {
      const json = await scene.run("cells", code);
      assert.equal(json.session, "cells");
      assert.equal(json.cell, index + 1);
      for (const [key, value] of Object.entries(expected)) {
        if (value instanceof RegExp) assert.match(String(json[key]), value, key);
        else assert.deepEqual(json[key], value, `${key}: ${JSON.stringify(json)}`);
      }
    });
  }
});

Deno.test("what a thread or process prints after its cell is told by the next cell's note", async () => {
  const file = scene.home.join("go");
  const wait = `while not os.path.exists(${JSON.stringify(file)}): time.sleep(0.01)`;
  await scene.run(
    "late",
    `import os, threading, time, subprocess
def later():
    ${wait}
    print("from the thread")
threading.Thread(target=later).start()
child = subprocess.Popen(["sh", "-c", "while [ ! -e ${file} ]; do sleep 0.01; done; echo from the child"])`,
  );
  const first = await scene.run(
    "late",
    `open(${JSON.stringify(file)}, "w").close(); child.wait(); time.sleep(0.2); print("own")`,
  );
  assert.equal(first.stdout, "own\n");
  const { note } = await scene.run("late", "1");
  assert.match(String(note), /cell 1 left running has printed: /);
  assert.match(String(note), /from the thread/);
  assert.match(String(note), /from the child/);
});

Deno.test("asyncio's tasks go on between cells", async () => {
  await scene.run(
    "tasks",
    `import asyncio
done = []
async def work():
    await asyncio.sleep(0.05)
    done.append(1)
async def begin():
    globals()["task"] = asyncio.create_task(work())
await begin()`,
  );
  await waitFor(async () => (await scene.run("tasks", "done")).result === "[1]", {
    what: "the task's end",
  });
});

Deno.test("a session's transcript has its cells with their outputs in order", async () => {
  const session = "transcript";
  await scene.run(session, "print('one')\ndisplay(2)\nprint('three')\n4");
  const text = await Deno.readTextFile(
    join(scene.home.path, "sessions", session, "transcript.jsonl"),
  );
  const [begin, cell] = text.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(begin.type, "session");
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "one\n" },
    { output_type: "display_data", data: { "text/plain": "2" }, metadata: {} },
    { output_type: "stream", name: "stdout", text: "three\n" },
    {
      output_type: "execute_result",
      data: { "text/plain": "4" },
      metadata: {},
      execution_count: 1,
    },
  ]);
});
