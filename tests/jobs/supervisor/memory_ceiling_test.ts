import assert from "node:assert/strict";
import { interpreters } from "../../helpers/interpreters.ts";
import { JobBench, python } from "../job_bench.ts";

const MB = 2 ** 20;
const POOL = `
import multiprocessing, time
def fill(n):
    kept = b"x" * 40_000_000
    time.sleep(60)
multiprocessing.Pool(4).map(fill, range(4))`;
const SHARED = `
import os, time
kept = b"x" * 60_000_000
for _ in range(3):
    if os.fork() == 0:
        time.sleep(0.8); os._exit(0)
time.sleep(1)`;
const MAPPED = `
import mmap, threading, time
maps = [mmap.mmap(-1, 2**30) for _ in range(3)]  # address space alone
for _ in range(64): threading.Thread(target=time.sleep, args=(0.6,)).start()`;

for (const { path, version } of interpreters) {
  Deno.test(`a tree above its memory ceiling is killed when Python ${version} supervises it`, async () => {
    await using bench = await JobBench.open({ python: path });
    const { status, error, result } = await bench.run(python(POOL), { maxMemoryBytes: 100 * MB });
    assert.equal(status, "failed");
    assert.match(error!, /it used 1\d\d MB of 100 MB \(memory_mb, PYTHON_MCP_MAX_MEMORY_MB\)/);
    const { outcome } = result;
    assert.equal(outcome.signal, "SIGKILL");
    assert(outcome.elapsed_seconds < 4, `it took ${outcome.elapsed_seconds} s`);
    assert(outcome.memory!.length >= 3);
    assert(outcome.memory!.every(([pid, name]) => pid > 1 && /python/.test(name)));
    assert(outcome.memory![0]![2] > 20 * MB);
  });
}

for (const [what, source] of Object.entries({ "shares pages": SHARED, "maps much": MAPPED })) {
  Deno.test(`a script below its memory ceiling ends well when it ${what}`, async () => {
    await using bench = await JobBench.open();
    const { status, error } = await bench.run(python(source), { maxMemoryBytes: 120 * MB });
    assert.equal(status, "completed", `${error}`);
  });
}

Deno.test("the system would end a script first when it has a memory ceiling", async () => {
  await using bench = await JobBench.open();
  const source = "import time; time.sleep(0.2); print(open('/proc/self/oom_score_adj').read())";
  const { result } = await bench.run(python(source), { maxMemoryBytes: 500 * MB });
  assert.equal(result.stdout.trim(), "1000");
});
