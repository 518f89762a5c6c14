import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PYTHON } from "../job_bench.ts";

const SOURCES = fileURLToPath(new URL("../../../lib/jobs/supervisor", import.meta.url));
const [major, minor] = Deno.osRelease().split(".").map(Number);

const SOURCE = `import os, resource, sys
sys.dont_write_bytecode, sys.path[:0] = True, sys.argv[1:]
import copied_pages
pages, things = copied_pages.CopiedPages(), [object() for _ in range(100000)]

def work():
    """Writes to five hundred pages, since each reference to a thing is counted in it."""
    return [things[index] for index in range(0, len(things), 200)]

def forked(act):
    sys.stdout.flush()
    if os.fork() == 0:
        act()
        sys.stdout.flush()
        os._exit(0)
    assert os.wait()[1] == 0

def first():
    pages.copy_ahead()
    work()
    pages.tell()

def faults(is_ahead):
    if is_ahead:
        pages.copy_ahead()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

pages.look()
forked(first)
pages.look()
forked(lambda: faults(False))
forked(lambda: faults(True))`;

Deno.test({
  name: "the pages that a fork writes to are copied ahead when one before it has told them",
  // Older systems cannot copy them at once.
  ignore: major! < 5 || (major === 5 && minor! < 14),
}, async () => {
  const { stdout, stderr } = await new Deno.Command(PYTHON, {
    args: ["-c", SOURCE, SOURCES],
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  const [without, ahead] = text.decode(stdout).trim().split("\n").map(Number);
  assert(without! > 300, `${without} without`);
  assert(ahead! < 50, `${ahead} ahead`);
});

// What a script writes to its supervisor's descriptors: no ranges, one that ends nowhere, one that is none.
const OTHERS = ["b'junk!'", "bytes(8) + b'\\xff' * 8", "b'\\xff' * 16"];

Deno.test("a fork goes on when something else has told of pages", async () => {
  const source = `import os, sys
sys.dont_write_bytecode, sys.path[:0] = True, sys.argv[1:]
import copied_pages
for other in ${OTHERS.join(", ")}:
    pages = copied_pages.CopiedPages()
    os.write(pages.tells, other)
    pages.look()
    pages.copy_ahead()`;
  const { stderr } = await new Deno.Command(PYTHON, { args: ["-c", source, SOURCES] }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
});
