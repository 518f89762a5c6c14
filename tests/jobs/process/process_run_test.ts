import assert from "node:assert/strict";
import { JobBench, python } from "../job_bench.ts";

Deno.test("a run keeps stdout, stderr and exit code when the script ends by itself", async () => {
  await using bench = await JobBench.open();
  const row = await bench.run(
    python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"),
  );
  assert.equal(row.status, "failed");
  assert.deepEqual(
    [row.result.stdout, row.result.stderr, row.result.outcome.exit_code],
    ["out\n", "err\n", 3],
  );
});

Deno.test("a run names the signal when one kills the script", async () => {
  await using bench = await JobBench.open();
  const { result } = await bench.run(
    python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"),
  );
  assert.deepEqual([result.outcome.signal, result.outcome.exit_code], ["SIGSEGV", 139]);
});

Deno.test("a run reads an empty standard input when none was given", async () => {
  await using bench = await JobBench.open();
  const { result } = await bench.run(python("import sys; print(repr(sys.stdin.read()))"));
  assert.equal(result.stdout, "''\n");
});

Deno.test("a run reads its standard input when it is larger than a pipe", async () => {
  await using bench = await JobBench.open();
  const stdin = "0123456789é\n".repeat(200_000);
  const { result } = await bench.run(
    python("import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"),
    { stdin },
  );
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(stdin));
  assert.equal(result.stdout.trim(), new Uint8Array(hash).toHex());
});

Deno.test("a run ends well when the script leaves its standard input unread", async () => {
  await using bench = await JobBench.open();
  const row = await bench.run(python("print(1)"), { stdin: "x".repeat(500_000) });
  assert.equal(row.status, "completed");
});

Deno.test("a run is stopped as timed out when its time limit is over", async () => {
  await using bench = await JobBench.open();
  const row = await bench.run(
    python("import time; print('begun', flush=True); time.sleep(100)"),
    { timeoutSeconds: 0.4 },
  );
  assert.equal(row.status, "failed");
  assert.equal(row.result.outcome.timed_out, true);
  assert.equal(row.result.stdout, "begun\n");
});
