import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PYTHON } from "../job_bench.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { uvFolder } from "../../helpers/run_plan.ts";
import { TestHome } from "../../helpers/test_home.ts";

const SOURCES = fileURLToPath(new URL("../../../lib/jobs/warm", import.meta.url));
const SOURCE = `import json, sys
sys.dont_write_bytecode = True
sys.path[:0] = [sys.argv[1]]
import preload
del sys.path[0]
names, sys.argv = sys.argv[2:], ["/script.py"]
for module, value in (("MOST_CPU_SECONDS", 1), ("LONGEST_SECONDS", 30)): setattr(preload, module, value)
refused, generators = preload.preload(names, {})
print(json.dumps({"refused": refused, "loaded": [name for name in names if name in sys.modules]}))`;

/** What a class says of an object of its own that nobody is to touch. */
const LAZY = `import random
class Lazy:
    @property
    def __class__(self): raise RuntimeError("is not set up yet")
    def __getattr__(self, name): raise RuntimeError("is not set up yet")
held = Lazy()`;

const TEMPORARY = "import os, tempfile; fd, path = tempfile.mkstemp(prefix='own-')\n";

const INSTALL = ["pip", "install", "-q", "psutil==7.2.2", "opentelemetry-api==1.45.2"];
const CASES: [string, string, RegExp | undefined][] = [
  ["holds an object that is set up when it is touched", LAZY, undefined],
  [
    "holds a proxy of a class",
    `import random, weakref
class A: pass
a = A(); held = weakref.proxy(a); del a`,
    undefined,
  ],
  [
    "has a generator of the system, by another name",
    "import random\nclass Own(random.SystemRandom): pass\nheld = Own()",
    undefined,
  ],
  ["waits for longer than it may compute", "import time; time.sleep(1.5)", undefined],
  ["computes for ever", "while True: pass", /more than 1 s/],
  ["ends its process", "import os; os._exit(0)", /ends the process/],
  ["starts a process", "import subprocess; subprocess.call(['true'])", /starts a process/],
  ["makes a temporary file and removes it", TEMPORARY + "os.close(fd); os.unlink(path)", undefined],
  ["leaves a temporary file behind", TEMPORARY + "os.close(fd)", /leaves the file .*own-/],
  ["keeps a temporary file open", TEMPORARY + "os.unlink(path)", /leaves a file open/],
  ["keeps a file of its own open", "held = open(__file__)", /leaves a file open/],
  ["keeps a pipe open", "import os; held = os.pipe()", /leaves a file open/],
  ["says where temporary files go", "import tempfile; tempfile.tempdir = '/'", /tempfile.tempdir/],
  // These ask for the time and for random numbers, and keep of it what makes no difference.
  ["uses psutil", "import psutil", undefined],
  ["uses OpenTelemetry, as fastapi does", "import opentelemetry.propagate", undefined],
  ["asks for random numbers", "import uuid; ID = uuid.uuid4()", /asks for random numbers/],
  ["asks what the machine is", "import subprocess; subprocess.call(['uname'])", /prints/],
];

Deno.test("an import is done ahead unless it makes a difference, whatever it", async (test) => {
  await using home = await TestHome.create();
  const venv = new Deno.Command(PYTHON, { args: ["-m", "venv", "--without-pip", home.join("v")] });
  assert((await venv.output()).success);
  const install = [`${await uvFolder()}/uv`, ...INSTALL];
  assert.equal((await runProcess([...install, "-p", home.join("v/bin/python")])).code, 0);
  const [lib] = [...Deno.readDirSync(home.join("v/lib"))];
  for (const [index, [what, text, reason]] of CASES.entries()) {
    await test.step(what, async () => {
      const name = `package_${index}`;
      Deno.writeTextFileSync(home.join(`v/lib/${lib!.name}/site-packages/${name}.py`), text);
      const { stdout, stderr } = await new Deno.Command(home.join("v/bin/python"), {
        args: ["-c", SOURCE, SOURCES, name],
        cwd: "/",
      }).output();
      const text_of = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.equal(text_of(stderr), "");
      const { refused, loaded } = JSON.parse(text_of(stdout));
      if (reason) assert.match(refused[name], reason);
      else assert.deepEqual({ refused, loaded }, { refused: {}, loaded: [name] });
    });
  }
});
