import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../../lib/jobs/warm", import.meta.url));
/** What is frozen here stays when the script ends quickly; when Python clears its modules it says so. */
const HOST = `import atexit, gc, os, sys
sys.path.insert(0, ${JSON.stringify(SOURCES)}); sys.dont_write_bytecode = True
import quick_end
class Told:
    def __del__(self): os.write(1, b"cleared\\n")
quick_end.told = Told(); del Told
end = quick_end.QuickEnd()
for name in ("argparse", "ctypes", "json", "tempfile", "weakref"): __import__(name)
gc.collect(); gc.freeze(); atexit.register(end.end, True); end.watch(); del end
`;

const QUICK: Record<string, string> = {
  "only prints": `print("x")`,
  "has functions, classes and data": `
class A:
    __slots__ = "a", "b"
class B(dict): c = property(lambda self: 1)
held = [A(), B(x=1), {"a": (1, 2)}, {1, 2}, lambda: held]`,
  "holds a closed file": `held = open(os.devnull, "w"); held.close()`,
  "holds a file that it reads": `held = open(os.devnull)`,
  "has a cache and an abstract class": `
import abc, functools
class A(abc.ABC): pass
A.register(dict); held = isinstance({}, A), functools.lru_cache(8)(len); held[1]("")`,
  "has a cycle of its own objects": `
class A: pass
a = A(); a.a = a`,
  "has a weak dictionary": `
import weakref
class A: pass
a = A(); held = weakref.WeakValueDictionary(a=a)`,
};
const ORDINARY: Record<string, string> = {
  "has an object with __del__": `
class A:
    def __del__(self): pass
a = A()`,
  "inherits __del__": `
class A:
    def __del__(self): pass
class B(A): pass
held = {"a": [B()]}`,
  "holds a file that it writes": `held = open(os.devnull, "w")`,
  "holds one in a module of its host": `os.held = open(os.devnull, "w")`,
  "is warned of files that it has not closed": `
import warnings
warnings.simplefilter("default"); held = open(os.devnull)`,
  "has begun a generator": `
def numbers(): yield 1
held = numbers(); next(held)`,
  "has a weak reference with a callback": `
import weakref
class A: pass
a = A(); held = weakref.ref(a, print)`,
  "has an object of an extension that is not known": `
import zlib
held = zlib.compressobj()`,
  "has one in a tuple": `
import zlib
held = (zlib.compressobj(),)`,
  "holds a stream that was detached": `
import io
held = io.TextIOWrapper(io.BytesIO()); held.detach()`,
  "has a thread": `
import threading, time
threading.Thread(target=time.sleep, args=(9,), daemon=True).start()`,
  "calls sys.exit": `sys.exit()`,
  "raises": `1 / 0`,
  "replaces its standard output": `
import io
sys.stdout = io.StringIO()`,
  "has unfrozen what was there": `gc.unfreeze()`,
  "freezes what it has made": `gc.freeze()`,
  "is told of files that it has not closed, and has put one where its host has all": `
import warnings
warnings.simplefilter("always"); os.held = os.scandir()`,
  "is told when the collector works": `gc.callbacks.append(lambda *_: None)`,
  "debugs the collector": `gc.set_debug(gc.DEBUG_SAVEALL)`,
};

for (const [wanted, scripts] of [["", QUICK], ["cleared\n", ORDINARY]] as const) {
  for (const [what, script] of Object.entries(scripts)) {
    const how = wanted === "" ? "without clearing modules" : "as Python does";
    Deno.test(`the script of a warm host ends ${how} when it ${what}`, async () => {
      const path = await Deno.makeTempFile({ suffix: ".py" });
      try {
        await Deno.writeTextFile(path, `${HOST}${script}\n`);
        const { stdout } = await new Deno.Command("/usr/bin/python3", { args: [path] }).output();
        assert.equal(new TextDecoder().decode(stdout).replace("x\n", ""), wanted);
      } finally {
        await Deno.remove(path);
      }
    });
  }
}
