import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PYTHON } from "../job_bench.ts";

const SOURCES = fileURLToPath(new URL("../../../lib/jobs/warm", import.meta.url));

for (
  const [what, index, expected] of [
    ["is whole", "None", "/a/script.py"],
    ["has something else at its start", "0", "y"],
    ["has something else in its middle", "len(marker) // 2", "/python-mcp-warm-host/"],
    ["has something else at its end", "-1", "/python-mcp-warm-host/"],
  ] as const
) {
  const how = expected.startsWith("/a") ? "is written" : "is not written";
  Deno.test(`the path of a script ${how} over a copy of the marker that ${what}`, async () => {
    const source = `import ctypes, os, sys
sys.dont_write_bytecode, sys.path[:0] = True, [sys.argv[1]]
import own_memory
marker = ctypes.create_unicode_buffer(own_memory.MARKER)
index = ${index}
if index is not None: marker[index] = "y"
own_memory.write_wide([ctypes.addressof(marker)], "/a/script.py")
print(ctypes.wstring_at(marker)[:22].rstrip("x"))`;
    const { stdout, stderr } = await new Deno.Command(PYTHON, { args: ["-c", source, SOURCES] })
      .output();
    const text = new TextDecoder();
    assert.equal(text.decode(stderr), "");
    assert(text.decode(stdout).startsWith(expected), text.decode(stdout));
  });
}
